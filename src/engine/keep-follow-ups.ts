import type { AuditSchedule } from '../domain/audit-policy.ts';
import { describeError } from '../domain/errors.ts';
import { type AuditReading, dayIn, readingOf } from '../domain/follow-up.ts';
import { createFollowUpBook } from './follow-up-book.ts';
import type { KeepAuditsOptions } from './keep-audits.ts';
import { keepSchedule } from './keep-schedule.ts';

/**
 * Posts a digest of the follow-ups at the times of a schedule, on one replica; ends when it is disposed of. The databases
 * that have some are audited right before, so that it tells what is so where no other schedule audits them.
 */
export function keepFollowUps(
  options: Omit<KeepAuditsOptions, 'schedule'> & {
    /** Null: never. */
    readonly schedule: AuditSchedule | null;
    /** IANA name of the zone of the team: until when something is due. */
    readonly timeZone: string;
  },
): AsyncDisposable {
  const { state, audits, schedule, clock, logger } = options;
  const book = createFollowUpBook(state.journal);

  async function read(database: string, signal: AbortSignal): Promise<AuditReading[]> {
    try {
      return [readingOf(await audits.run(database, signal))];
    } catch (error) {
      signal.throwIfAborted();
      // Nothing is proved by it, one way or the other.
      logger.warn(
        { database, error: describeError(error).message },
        'A database could not be audited for its follow-ups',
      );
      return [];
    }
  }

  async function digest(slot: string, signal: AbortSignal): Promise<void> {
    const { items } = (await book.read()).record;
    const held = items.filter(({ status, proofs }) => status !== 'dropped' && proofs.length > 0);
    const names = new Set(held.map(({ database }) => database));
    const readings: AuditReading[] = [];
    for (const name of options.databases) {
      if (names.has(name)) readings.push(...(await read(name, signal)));
    }
    await book.judge(readings);
    signal.throwIfAborted();
    const today = dayIn(options.timeZone, clock.now());
    await book.change(({ record }) =>
      record.digest !== null && record.digest.slot >= slot
        ? []
        : [{ type: 'follow-ups.digested', slot, today }],
    );
  }

  return keepSchedule({
    state,
    work: 'follow-ups',
    schedule,
    // Before the first digest, times are due from the first follow-up on: a process that dies over it is made up for too.
    lastSlot: async () => {
      const { digest, items } = (await book.read()).record;
      return digest?.slot ?? items[0]?.addedAt ?? null;
    },
    run: digest,
    clock,
    logger,
  });
}
