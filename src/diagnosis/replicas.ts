import { isSilent } from '../domain/lag.ts';
import type { ReplicaStatus } from '../domain/replica.ts';
import type { Session, Snapshot, Standby } from '../domain/snapshot.ts';
import type { DiagnosisFacts } from './facts.ts';
import type { Pressure } from './pressure.ts';

/** Bytes from which a standby is behind for more than a moment: one segment of the log. */
const BEHIND_BYTES = 16 * 1024 * 1024;
/** Seconds from which a standby with anything to replay is behind for more than a moment. */
const BEHIND_SECONDS = 10;
/** What replication shows while the primary itself is overloaded is believed, but never before the overload. */
export const BESIDE_PRESSURE = 0.5;

/** One standby from all sides: what it says itself, what runs on it, and how the primary sees it. */
export interface ReplicaView {
  readonly status: ReplicaStatus;
  readonly snapshot: Snapshot | null;
  readonly standby: Standby | null;
}

/** The configured replicas that were read and are standbys. */
export function replicaViews(facts: DiagnosisFacts): ReplicaView[] {
  const standbys = facts.snapshot.standbys.filter(({ kind }) => kind === 'standby');
  const read = facts.replicas.filter(({ inRecovery }) => inRecovery);
  return read.map((status) => ({
    status,
    snapshot: facts.replicaSnapshots.find(({ server }) => server === status.replica) ?? null,
    standby:
      standbys.find(({ applicationName }) => applicationName === status.replica) ??
      (read.length === 1 && standbys.length === 1 ? (standbys[0] ?? null) : null),
  }));
}

/** Bytes that the standby has to replay: what it has received, or more when the primary knows of more. */
export function bytesBehind({ status, standby }: ReplicaView): number {
  const seen = standby === null || isSilent(standby) ? 0 : (standby.replayBytes ?? 0);
  return Math.max(status.replayBytes ?? 0, seen);
}

/** Whether it is behind for more than a moment. Without bytes to replay seconds say nothing: the primary is idle. */
export function isBehind(view: ReplicaView): boolean {
  const bytes = bytesBehind(view);
  return bytes >= BEHIND_BYTES || (bytes > 0 && (view.status.replaySeconds ?? 0) >= BEHIND_SECONDS);
}

/** What kind of conflict replay waits for, or null. */
export type Conflict = 'snapshot' | 'lock' | 'buffer pin' | 'tablespace';

/** Reads the wait event of the startup process; measured on 18, the names are those of 14 and later. */
export function conflictOf({ replayPaused, replayWait }: ReplicaStatus): Conflict | null {
  if (replayPaused || replayWait === null) return null;
  if (replayWait.event === 'RecoveryConflictSnapshot') return 'snapshot';
  if (replayWait.event === 'RecoveryConflictTablespace') return 'tablespace';
  if (replayWait.type === 'Lock') return 'lock';
  return replayWait.type.startsWith('Buffer') ? 'buffer pin' : null;
}

/**
 * The sessions that replay certainly waits for. A lock has holders. A snapshot conflict ends with the oldest snapshots
 * first: of the sessions in the way these are always some; whether a younger one is too, SQL cannot tell (measured: a
 * session that began after the conflicting change has a younger snapshot and does not block).
 */
export function blockersOf({ status, snapshot }: ReplicaView): Session[] {
  const sessions = snapshot?.sessions ?? [];
  const conflict = conflictOf(status);
  if (conflict === 'lock') return sessions.filter(({ pid }) => status.lockHolders.includes(pid));
  if (conflict === 'snapshot') {
    const oldest = Math.max(-1, ...sessions.map(({ snapshotAge }) => snapshotAge ?? -1));
    return oldest < 0 ? [] : sessions.filter(({ snapshotAge }) => snapshotAge === oldest);
  }
  // Who pins a page or uses a tablespace is written nowhere: only a single candidate is no guess.
  const candidates = sessions.filter(({ transactionSeconds }) => transactionSeconds !== null);
  return conflict !== null && candidates.length === 1 ? candidates : [];
}

/** Whether the primary is overloaded by any measure: what a standby shows then may follow from it. */
export function isPressed({ cpuSaturated, slotsTight, overworked }: Pressure): boolean {
  return cpuSaturated || slotsTight || overworked;
}

/** Parameters that this standby has smaller than its primary, in words: PostgreSQL pauses replay for that itself. */
export function smallerParameters(primary: Snapshot, standby: Snapshot): string[] {
  return Object.entries(standby.wal.standbyParameters).flatMap(([name, value]) => {
    const needed = primary.wal.standbyParameters[name];
    return needed === undefined || value >= needed ? [] : [`${name} is ${value}, the primary has ${needed}`];
  });
}
