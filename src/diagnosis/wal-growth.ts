import { formatBytes, formatDuration } from '../domain/format.ts';
import { postgresMillis } from '../domain/postgres-time.ts';
import type { ReplicationSlot } from '../domain/snapshot.ts';
import type { DiagnosisFacts } from './facts.ts';

/** A rate over less than this says little; seconds. */
const LEAST_SECONDS = 5;

/** Bytes of log that the primary writes in a second, and how that is known; null when it is not. */
function growth(
  { snapshot, history }: DiagnosisFacts,
  slot: ReplicationSlot,
): { perSecond: number; how: string } | null {
  const before = history.find(({ startedAt }) => startedAt === snapshot.startedAt);
  const from = before?.wal.position ?? null;
  if (before !== undefined && from !== null && snapshot.wal.position !== null) {
    const seconds = (postgresMillis(snapshot.at) - postgresMillis(before.at)) / 1000;
    if (seconds >= LEAST_SECONDS) {
      return {
        perSecond: (snapshot.wal.position - from) / seconds,
        how: `over the last ${formatDuration(seconds)}`,
      };
    }
  }
  if (slot.inactiveSeconds === null || slot.inactiveSeconds < LEAST_SECONDS) return null;
  return {
    perSecond: (slot.retainedBytes ?? 0) / slot.inactiveSeconds,
    how: 'on average since it was last read',
  };
}

/** How fast what a slot keeps grows, and when its limit is reached, in words; empty when that is not known. */
export function describeGrowth(facts: DiagnosisFacts, slot: ReplicationSlot): string[] {
  const rate = growth(facts, slot);
  if (rate === null || rate.perSecond <= 0 || slot.walStatus === 'lost') return [];
  const speed = `The primary writes ${formatBytes(rate.perSecond * 3600)} of log in an hour (${rate.how}).`;
  if (slot.safeBytes === null || slot.safeBytes <= 0) return [speed];
  return [
    `${speed} At this rate the limit is reached in ${formatDuration(slot.safeBytes / rate.perSecond)}.`,
  ];
}
