import { describeError } from '../domain/errors.ts';
import { utcTime } from '../domain/format.ts';
import { currentAttempt, type Incident, type StepAttempt } from '../domain/incident.ts';
import { inBackground } from './in-background.ts';
import type { EngineOptions } from './options.ts';

/** Milliseconds between two looks; nothing is asked while no step waits for a system to come back. */
const EVERY_MS = 3_000;

type Options = Pick<EngineOptions, 'state' | 'ledger' | 'ports' | 'clock' | 'logger'>;

/**
 * Notices when what stopped a step answers again and says so on the card. It never acts: a person tries again.
 * Ends when it is disposed of.
 */
export function keepLookout(options: Options): AsyncDisposable {
  const { state, ledger, clock, logger } = options;
  const told = new Set<string>();

  async function look(stopped: AbortSignal): Promise<void> {
    for (const { id } of await state.incidents.listOpen()) {
      const incident = await ledger.load(id);
      const attempt = incident === null ? undefined : currentAttempt(incident);
      if (incident === null || attempt?.status !== 'attention') continue;
      const key = `${id} ${attempt.step.id} ${attempt.attempt}`;
      if (told.has(key) || !(await answers(options, incident, attempt, stopped))) continue;
      told.add(key);
      const text = `Noticed at ${utcTime(clock.now())}: it answers again. Nothing happens by itself; try again when you want.`;
      await state.progress.put(id, {
        step: attempt.step.id,
        attempt: attempt.attempt,
        progress: { text, series: [], afterwards: true },
      });
      state.queue.wake('render', id);
    }
  }

  async function keep(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      await clock.sleep(EVERY_MS, stopped).catch(() => undefined);
      if (stopped.aborted) return;
      await look(stopped).catch((error: unknown) =>
        logger.debug({ error: describeError(error).message }, 'The lookout could not look'),
      );
    }
  }

  return inBackground(keep);
}

/** Whether the system that stopped the step answers; false for faults that are not about answering. */
async function answers(
  { ports }: Options,
  { database }: Incident,
  { fault }: StepAttempt,
  signal: AbortSignal,
): Promise<boolean> {
  switch (fault?.code) {
    case 'database-unreachable':
    case 'database-full':
      return ports.databases.answers(database);
    case 'kubernetes-unreachable':
      return await ports.workloads.answers(signal);
    default:
      return false;
  }
}
