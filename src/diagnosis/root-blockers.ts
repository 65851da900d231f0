import type { Session, Snapshot } from '../domain/snapshot.ts';

/** One end of the lock queue: what blocks others and does not wait itself. */
export interface RootBlocker {
  /** 0 is a prepared transaction. */
  readonly pid: number;
  /** Null when the backend is no client session of the snapshot: a prepared transaction, autovacuum, a walsender. */
  readonly session: Session | null;
  /** Pids that wait for it, directly or behind another waiter. */
  readonly waiters: readonly number[];
}

/**
 * Follows the lock waiters to those who wait for nobody. Blockers of pg_blocking_pids include waiters that
 * are merely ahead in the queue, so only the far ends are roots. A cycle (deadlock) has no root.
 */
export function rootBlockers(snapshot: Snapshot): RootBlocker[] {
  const blockers = new Map(snapshot.lockWaiters.map((waiter) => [waiter.pid, waiter.blockers]));
  const sessions = new Map(snapshot.sessions.map((session) => [session.pid, session]));
  const waitersByRoot = new Map<number, Set<number>>();
  for (const waiter of blockers.keys()) {
    for (const root of farEnds(waiter, blockers)) {
      const waiters = waitersByRoot.get(root) ?? new Set();
      waitersByRoot.set(root, waiters.add(waiter));
    }
  }
  return [...waitersByRoot]
    .map(([pid, waiters]) => ({ pid, session: sessions.get(pid) ?? null, waiters: [...waiters] }))
    .sort((a, b) => b.waiters.length - a.waiters.length || a.pid - b.pid);
}

/** The pids at which the queue that starts here ends; without the start itself. */
export function farEnds(start: number, blockers: ReadonlyMap<number, readonly number[]>): Set<number> {
  const ends = new Set<number>();
  const seen = new Set<number>();
  const open = [start];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (seen.has(pid)) continue;
    seen.add(pid);
    const next = blockers.get(pid);
    if (next === undefined || next.length === 0) {
      if (pid !== start) ends.add(pid);
    } else open.push(...next);
  }
  return ends;
}
