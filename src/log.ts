import { type DestinationStream, type Logger, pino } from 'pino';
import { logFields } from './adapters/telemetry/context.ts';
import { redact } from './domain/redact.ts';

/** How deep a field is looked into; what lies deeper is not logged. */
const DEEPEST = 6;

/**
 * The log of the bot: JSON lines, each with the ids of the incident that it belongs to. Secrets are a type that prints
 * `<secret>` and SQL is masked where it is read; this is the net below: whatever looks like a secret is hidden here too.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    mixin: () => ({ ...logFields() }),
    formatters: { log: (fields: object) => redacted(fields, DEEPEST) as Record<string, unknown> },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function redacted(value: unknown, deep: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (deep === 0) return '<deep>';
  if (Array.isArray(value)) return value.map((item) => redacted(item, deep - 1));
  if (value instanceof Error) return redacted({ message: value.message, stack: value.stack }, deep);
  if ('toJSON' in value && typeof value.toJSON === 'function') return redacted(value.toJSON(), deep - 1);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_NAME.test(key) && typeof item === 'string' ? '<secret>' : redacted(item, deep - 1),
    ]),
  );
}

/** Names of fields whose value is never shown, whatever it looks like. */
const SECRET_NAME = /(?:password|passwd|secret|token|authorization|cookie|api[_-]?key)$/i;
