import { Cron } from 'croner';
import { type DatabaseDigest, digestOf, unreadDigest } from '../domain/audit-digest.ts';
import type { AuditSchedule } from '../domain/audit-policy.ts';
import { describeError } from '../domain/errors.ts';
import type { Audits } from '../ports/audits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { State } from '../ports/state.ts';
import { createAuditDigests } from './audit-digests.ts';
import { inBackground } from './in-background.ts';

/** A machine that slept, or a clock that was set, is noticed after this long. */
const LONGEST_SLEEP_MS = 60 * 60 * 1000;
const AFTER_FAILURE_MS = 5 * 60 * 1000;
/** A time of the schedule that nobody was there for is made up for within this long. */
const STILL_DUE_MS = 24 * 60 * 60 * 1000;

export interface KeepAuditsOptions {
  readonly state: Pick<State, 'journal' | 'mutex'>;
  readonly audits: Audits;
  readonly databases: readonly string[];
  /** Null: never. */
  readonly schedule: AuditSchedule | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Audits every database at the times of a schedule, on one replica, and records what changed; ends when it is disposed of.
 * A time that was missed because nothing ran is made up for once within a day; before the first digest nothing is missed.
 */
export function keepAudits(options: KeepAuditsOptions): AsyncDisposable {
  const { state, schedule, clock, logger } = options;
  const digests = createAuditDigests(state.journal);

  /** Milliseconds until the next look. */
  async function look(cron: Cron, stopped: AbortSignal): Promise<number> {
    const now = clock.now();
    const slot = await dueSlot(cron, now);
    if (slot === null) return Math.min(LONGEST_SLEEP_MS, msUntilNext(cron, now));
    try {
      const held = await state.mutex.exclusively('audits', async (lost) =>
        digest(slot, AbortSignal.any([stopped, lost])),
      );
      return held.status === 'busy' ? AFTER_FAILURE_MS : 0;
    } catch (error) {
      if (!stopped.aborted)
        logger.warn({ error: describeError(error).message }, 'The scheduled audits could not be recorded');
      return AFTER_FAILURE_MS;
    }
  }

  /** The newest time of the schedule that has come and has no digest, or null. */
  async function dueSlot(cron: Cron, now: Date): Promise<string | null> {
    const [last] = await digests.recent(1);
    const since =
      last === undefined ? started : Math.max(Date.parse(last.slot), now.getTime() - STILL_DUE_MS);
    const [newest] = cron.previousRuns(1, new Date(now.getTime() + 1));
    return newest !== undefined && newest.getTime() > since ? newest.toISOString() : null;
  }

  async function digest(slot: string, signal: AbortSignal): Promise<void> {
    const [last] = await digests.recent(1);
    const databases: DatabaseDigest[] = [];
    for (const name of options.databases) {
      const before = last?.databases.find(({ database }) => database === name) ?? null;
      databases.push(await digestDatabase(name, before, signal));
    }
    await digests.record({ slot, databases });
  }

  async function digestDatabase(
    name: string,
    before: DatabaseDigest | null,
    signal: AbortSignal,
  ): Promise<DatabaseDigest> {
    try {
      return digestOf(await options.audits.run(name, signal), before);
    } catch (error) {
      signal.throwIfAborted();
      return unreadDigest(name, describeError(error).message, before);
    }
  }

  async function keep({ cron, timeZone }: AuditSchedule, stopped: AbortSignal): Promise<void> {
    const times = new Cron(cron, { timezone: timeZone, paused: true });
    while (!stopped.aborted) {
      const pause = await look(times, stopped).catch((error: unknown) => {
        logger.warn(
          { error: describeError(error).message },
          'The schedule of the audits could not be looked at',
        );
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
