import { Cron } from 'croner';
import type { AuditSchedule } from '../domain/audit-policy.ts';
import { describeError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { State } from '../ports/state.ts';
import { inBackground } from './in-background.ts';

/** A machine that slept, or a clock that was set, is noticed after this long. */
const LONGEST_SLEEP_MS = 60 * 60 * 1000;
const AFTER_FAILURE_MS = 5 * 60 * 1000;
/** A time of the schedule that nobody was there for is made up for within this long. */
const STILL_DUE_MS = 24 * 60 * 60 * 1000;

export interface KeepScheduleOptions {
  readonly state: Pick<State, 'mutex'>;
  /** Name of the work: one process does it at a time, and the log names it. */
  readonly work: string;
  /** Null: never. */
  readonly schedule: AuditSchedule | null;
  /** The newest time of the schedule that was done, or else since when there is something to do (ISO 8601); null for neither. */
  readonly lastSlot: () => Promise<string | null>;
  /** Does the work of one time of the schedule; `lastSlot` answers it from then on. */
  readonly run: (slot: string, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Does something at the times of a schedule, on one replica; ends when it is disposed of. A time that was missed because
 * nothing ran is made up for once within a day; while `lastSlot` knows nothing, nothing is missed before the start.
 */
export function keepSchedule(options: KeepScheduleOptions): AsyncDisposable {
  const { state, work, schedule, clock, logger } = options;

  /** Milliseconds until the next look. */
  async function look(cron: Cron, stopped: AbortSignal): Promise<number> {
    const now = clock.now();
    const slot = await dueSlot(cron, now);
    if (slot === null) return Math.min(LONGEST_SLEEP_MS, msUntilNext(cron, now));
    try {
      const held = await state.mutex.exclusively(work, async (lost) =>
        options.run(slot, AbortSignal.any([stopped, lost])),
      );
      return held.status === 'busy' ? AFTER_FAILURE_MS : 0;
    } catch (error) {
      if (!stopped.aborted)
        logger.warn({ work, error: describeError(error).message }, 'Scheduled work could not be done');
      return AFTER_FAILURE_MS;
    }
  }

  /** The newest time of the schedule that has come and was not done, or null. */
  async function dueSlot(cron: Cron, now: Date): Promise<string | null> {
    const last = await options.lastSlot();
    const since = last === null ? started : Math.max(Date.parse(last), now.getTime() - STILL_DUE_MS);
    const [newest] = cron.previousRuns(1, new Date(now.getTime() + 1));
    return newest !== undefined && newest.getTime() > since ? newest.toISOString() : null;
  }

  async function keep({ cron, timeZone }: AuditSchedule, stopped: AbortSignal): Promise<void> {
    const times = new Cron(cron, { timezone: timeZone, paused: true });
    while (!stopped.aborted) {
      const pause = await look(times, stopped).catch((error: unknown) => {
        logger.warn({ work, error: describeError(error).message }, 'A schedule could not be looked at');
        return AFTER_FAILURE_MS;
      });
      await clock.sleep(pause, stopped).catch(() => undefined);
    }
  }

  const started = clock.now().getTime();
  return inBackground(async (stopped) => (schedule === null ? undefined : keep(schedule, stopped)));
}

function msUntilNext(cron: Cron, now: Date): number {
  const next = cron.nextRun(now);
  return next === null ? LONGEST_SLEEP_MS : Math.max(1, next.getTime() - now.getTime());
}
