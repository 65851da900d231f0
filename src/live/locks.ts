import { type LockBranch, lockTree } from '../diagnosis/lock-tree.ts';
import type { LockNode, LocksNow } from '../domain/live.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { LiveReading } from './reading.ts';
import { sessionNow } from './session-now.ts';

/** The queue for locks, each place with who stands there and what for. */
export function locksOf({ snapshot, cluster }: LiveReading): Pick<LocksNow, 'roots' | 'waiting' | 'circle'> {
  const sessions = new Map(snapshot.sessions.map((session) => [session.pid, session]));
  const node = ({ pid, waiters }: LockBranch): LockNode => {
    const session = sessions.get(pid);
    return {
      pid,
      session: session === undefined ? null : sessionNow(session, cluster),
      otherwise: session === undefined ? otherwise(snapshot, pid) : null,
      request: requestOf(snapshot, pid),
      waiters: waiters.map(node),
    };
  };
  const { roots, circle } = lockTree(snapshot);
  return { roots: roots.map(node), waiting: snapshot.lockWaiters.length, circle };
}

/** What a blocker is that is no client session. */
function otherwise({ prepared, autovacuumWorkers }: Snapshot, pid: number): string {
  if (pid === 0) {
    const names = prepared.map(({ gid, owner }) => `"${gid}" of ${owner}`);
    return names.length === 0 ? 'a prepared transaction' : `a prepared transaction: ${names.join(', ')}`;
  }
  const worker = autovacuumWorkers.find((one) => one.pid === pid);
  if (worker === undefined) return 'no client session that could be read';
  const kind = worker.preventsWraparound ? 'autovacuum against wraparound' : 'autovacuum';
  return worker.table === null ? kind : `${kind} of ${worker.table}`;
}

function requestOf({ lockRequests }: Snapshot, pid: number): string | null {
  const request = lockRequests.find((one) => one.pid === pid);
  if (request === undefined) return null;
  const on = request.relation === null ? '' : ` on ${request.relation}`;
  const row = request.row === null ? '' : `, row ${request.row}`;
  // A transaction that somebody waits for holds the row that the waiter wants.
  return request.type === 'transactionid' ? `the end of a transaction${on}` : `${request.mode}${on}${row}`;
}
