import type { PreparedTransaction, Snapshot } from '../domain/snapshot.ts';
import { type RootBlocker, rootBlockers } from './root-blockers.ts';

/** pg_blocking_pids says 0 for a prepared transaction. */
const PREPARED = 0;

/** The exact statement that gives up a prepared transaction; to be run as its owner or a superuser in its own database. */
export function rollbackStatement({ gid }: Pick<PreparedTransaction, 'gid'>): string {
  const quoted = `'${gid.replaceAll("'", "''")}'`;
  return `ROLLBACK PREPARED ${gid.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted};`;
}

/** Prepared transactions that others wait for; not certain when nothing tells which of several it is. */
export interface PreparedBlockers {
  readonly root: RootBlocker;
  readonly found: readonly PreparedTransaction[];
  readonly certain: boolean;
}

/** Null when nobody waits for a prepared transaction. */
export function preparedBlockers(snapshot: Snapshot): PreparedBlockers | null {
  const root = rootBlockers(snapshot).find(({ pid }) => pid === PREPARED);
  if (root === undefined) return null;
  const waits = ({ pid }: { pid: number }) => root.waiters.includes(pid);
  const requests = snapshot.lockRequests.filter(waits);
  const here = new Set(snapshot.sessions.filter(waits).map(({ database }) => database));
  const local = snapshot.prepared.filter(({ database }) => here.size === 0 || here.has(database));
  const proven = local.filter(({ transactionId, relations }) =>
    requests.some(
      (request) =>
        request.transactionId === transactionId ||
        (request.relation !== null && relations.includes(request.relation)),
    ),
  );
  const found = proven.length > 0 ? proven : local;
  return { root, found, certain: found.length === 1 };
}
