import { describeError } from '../domain/errors.ts';
import type { RetentionPolicy } from '../domain/retention.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { State } from '../ports/state.ts';
import { inBackground } from './in-background.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AFTER_FAILURE_MS = 60 * 60 * 1000;

/** Applies the retention policy at the start and then once a day, on one replica at a time; ends when it is disposed of. */
export function keepRetention(options: {
  readonly state: Pick<State, 'retention' | 'mutex'>;
  readonly policy: RetentionPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}): AsyncDisposable {
  const { state, policy, clock, logger } = options;

  async function apply(): Promise<number> {
    try {
      const held = await state.mutex.exclusively('retention', async () =>
        state.retention.prune(policy, { kind: 'policy', id: 'retention', name: 'state.retention' }),
      );
      if (held.status === 'done' && held.result.incidents + held.result.alerts > 0)
        logger.info({ ...held.result }, 'Removed what is older than state.retention says');
      return DAY_MS;
    } catch (error) {
      logger.warn({ error: describeError(error).message }, 'Retention could not be applied');
      return AFTER_FAILURE_MS;
    }
  }

  async function keep(stopped: AbortSignal): Promise<void> {
    if (policy.closedIncidentDays === null && policy.alertDays === null) return;
    while (!stopped.aborted) {
      const pause = await apply();
      await clock.sleep(pause, stopped).catch(() => undefined);
    }
  }

  return inBackground(keep);
}
