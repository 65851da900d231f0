import { type Cause, culpritName } from '../../domain/cause.ts';
import { formatShare } from '../../domain/format.ts';
import { usableSlots } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeCpu, describeSlots, type Pressure } from '../pressure.ts';
import { explainIdleSlots, type SlotHolder } from '../slot-holders.ts';

/** At most this many pools are named. */
const MOST_NAMED = 5;

/** The idle pools of many services fill the slots together; none of them holds more than its share. */
export const rule: CauseRule = {
  kind: 'idle-pools',
  detect(facts, pressure) {
    const found = explainIdleSlots(facts, pressure);
    return found?.kind === 'pools' ? poolsOf(found.holders, facts, pressure) : null;
  },
};

function poolsOf(holders: readonly SlotHolder[], facts: DiagnosisFacts, pressure: Pressure): Cause {
  const { slots } = facts.snapshot;
  const idle = holders.reduce((sum, holder) => sum + holder.idle, 0);
  const heaviest = holders.toSorted((a, b) => b.idle - a.idle);
  const named = heaviest
    .slice(0, MOST_NAMED)
    .map(
      (holder) =>
        `${culpritName(holder.culprit)} ${holder.idle} (${formatShare(holder.idle / Math.max(1, slots.used))})`,
    );
  const rest = heaviest.length - named.length;
  return {
    kind: 'idle-pools',
    title: `Idle pools of ${holders.length} services fill the slots together`,
    confidence: pressure.cpuSaturated ? 0.4 : idle >= 0.8 * slots.used ? 0.85 : 0.7,
    evidence: [
      `Connections: ${describeSlots(facts)}; ${idle} of them are idle.`,
      `Idle connections: ${named.join(', ')}${rest > 0 ? `, ${rest} more` : ''}. None has a majority.`,
      `CPU: ${describeCpu(facts)}.`,
    ],
    rootSessions: [],
    culprit: null,
    settles: [
      'Whether one of these pools has grown: compare with the same hour of yesterday (pg_stat_activity_count by usename).',
    ],
    helps: [
      `Make the pools smaller: together at most ${usableSlots(slots)} connections, with an idle timeout. The heaviest first: ${heaviest
        .slice(0, 1)
        .map(({ culprit }) => culpritName(culprit))
        .join()}.`,
      'Put PgBouncer in transaction mode between the services and the server.',
      'Give each role a CONNECTION LIMIT; the sum must stay below the slots.',
      'If the memory allows it, plan a higher max_connections for the next restart.',
    ],
    wontHelp: [
      'Terminating idle sessions: healthy pools connect again at once, and their clients see errors.',
      'Rolling back or scaling down one service: no single one is the reason.',
      'Killing queries: hardly any run.',
    ],
  };
}
