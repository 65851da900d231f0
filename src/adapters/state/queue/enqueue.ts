import type { Transaction } from 'kysely';
import { fromKysely, type PgBoss } from 'pg-boss';
import type { Work } from '../../../ports/state.ts';
import type { StateTables } from '../tables.ts';

/** Puts work into the queue in the transaction of what causes it. */
export type Enqueue = (tx: Transaction<StateTables>, work: readonly Work[]) => Promise<void>;

/**
 * Enqueues through pg-boss. An item that already waits is not doubled: `upsert` locks its row, so that no worker takes
 * it before this transaction has committed and its events can be seen. Leaving out what is already queued would lose
 * the wake-up when a worker takes that item just before the commit. Delayed work is a timer of its own and never merged.
 */
export function createEnqueue(boss: PgBoss): Enqueue {
  return async (tx, work) => {
    const db = fromKysely(tx);
    for (const { kind, key, delaySeconds = 0 } of distinct(work)) {
      const data = { key };
      if (delaySeconds > 0) await boss.send(kind, data, { db, startAfter: Math.ceil(delaySeconds) });
      else await boss.upsert(kind, data, { db, singletonKey: key, startAfter: 0 });
    }
  };
}

/** In a fixed order, so that two transactions never wait for each other's items. */
function distinct(work: readonly Work[]): Work[] {
  const items = new Map(work.map((item) => [`${item.kind}:${item.key}:${item.delaySeconds ?? 0}`, item]));
  return [...items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
