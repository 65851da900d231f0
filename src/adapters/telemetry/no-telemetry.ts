import type { Telemetry } from '../../ports/telemetry.ts';

/** Where nobody watches, as in a terminal: it only does the work. */
export const noTelemetry: Telemetry = {
  recorded: () => undefined,
  during: async (_incident, _work, run) => run(),
  call: async (_system, _operation, run) => run(),
  work: async (_kind, run) => run(),
  answered: () => undefined,
  exposition: async () => ({ contentType: 'text/plain; charset=utf-8', body: '' }),
  stop: async () => undefined,
};
