import type { AuditReport } from '../domain/audit.ts';
import { type DatabaseDigest, digestOf, unreadDigest } from '../domain/audit-digest.ts';
import type { AuditSchedule } from '../domain/audit-policy.ts';
import { describeError } from '../domain/errors.ts';
import { readingOf } from '../domain/follow-up.ts';
import type { Audits } from '../ports/audits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { State } from '../ports/state.ts';
import { createAuditDigests } from './audit-digests.ts';
import { createFollowUpBook } from './follow-up-book.ts';
import { keepSchedule } from './keep-schedule.ts';

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
 * Audits every database at the times of a schedule, on one replica, records what changed, and lets the follow-ups be
 * judged by it; ends when it is disposed of.
 */
export function keepAudits(options: KeepAuditsOptions): AsyncDisposable {
  const { state, schedule, clock, logger } = options;
  const digests = createAuditDigests(state.journal);
  const followUps = createFollowUpBook(state.journal);

  async function digest(slot: string, signal: AbortSignal): Promise<void> {
    const [last] = await digests.recent(1);
    const databases: DatabaseDigest[] = [];
    const reports: AuditReport[] = [];
    for (const name of options.databases) {
      const before = last?.databases.find(({ database }) => database === name) ?? null;
      try {
        const report = await options.audits.run(name, signal);
        reports.push(report);
        databases.push(digestOf(report, before));
      } catch (error) {
        signal.throwIfAborted();
        databases.push(unreadDigest(name, describeError(error).message, before));
      }
    }
    // Judged first: what is recorded is not looked at again, and judging twice changes nothing.
    await followUps.judge(reports.map(readingOf));
    await digests.record({ slot, databases });
  }

  return keepSchedule({
    state,
    work: 'audits',
    schedule,
    lastSlot: async () => (await digests.recent(1))[0]?.slot ?? null,
    run: digest,
    clock,
    logger,
  });
}
