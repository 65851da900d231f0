import type { Session, Snapshot } from '../domain/snapshot.ts';
import { type RootBlocker, rootBlockers } from './root-blockers.ts';
import { isLockWaiter } from './sessions.ts';

/** Who waits for one row is second in the queue for the first waiter's place: only then PostgreSQL waits for a `tuple`. */
const ON_THE_SAME_ROW = 2;
/** Share of the lock waiters that the queue on rows must have. */
const MAJORITY = 0.5;

/** Sessions that queue for one row. */
export interface RowQueue {
  readonly waiters: readonly Session[];
  /** All sessions that wait for rows, also those beyond the fifty that were read. */
  readonly size: number;
  /** The table, when it could be read. */
  readonly relation: string | null;
  /** `page/tuple` when all who are known wait for the same row. */
  readonly row: string | null;
  /** Who has the row at the moment, or null when nobody could tell. */
  readonly holder: RootBlocker | null;
}

/**
 * The queue on a hot row, or null. Several waiters for transactions but none for a `tuple` are no such queue: each waits
 * for another row, as behind a batch that updates many.
 */
export function readRowQueue(snapshot: Snapshot): RowQueue | null {
  const tuples = count(snapshot, 'tuple');
  const size = tuples + count(snapshot, 'transactionid');
  const all = snapshot.waits.reduce((sum, wait) => sum + (isQueue(wait) ? wait.backends : 0), 0);
  if (tuples < ON_THE_SAME_ROW || size < all * MAJORITY) return null;
  const waiters = snapshot.sessions.filter(
    (session) => isLockWaiter(session) && ['tuple', 'transactionid'].includes(session.waitEvent ?? ''),
  );
  const requests = snapshot.lockRequests.filter(({ type }) => type === 'tuple');
  const relations = new Set(requests.flatMap(({ relation }) => relation ?? []));
  const rows = new Set(requests.map(({ relation, row }) => `${relation} ${row}`));
  const [relation = null] = relations;
  return {
    waiters,
    size,
    relation: relations.size === 1 ? relation : null,
    row: rows.size === 1 ? (requests[0]?.row ?? null) : null,
    holder: rootBlockers(snapshot)[0] ?? null,
  };
}

function count({ waits }: Snapshot, event: string): number {
  return waits
    .filter((wait) => isQueue(wait) && wait.event === event)
    .reduce((sum, one) => sum + one.backends, 0);
}

function isQueue({ type, event }: Snapshot['waits'][number]): boolean {
  return type === 'Lock' && event !== 'extend';
}
