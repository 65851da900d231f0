import { type Kysely, sql } from 'kysely';
import { fromKysely, type PgBoss } from 'pg-boss';
import type { Work, WorkKind } from '../../../ports/state.ts';
import type { StateTables } from '../tables.ts';

/** Puts work into the queue in the transaction of what causes it. */
export type Enqueue = (tx: Kysely<StateTables>, work: readonly Work[]) => Promise<void>;

/**
 * Enqueues through pg-boss, all work of one kind in one statement. An item that already waits is not doubled but its row
 * is locked, so that no worker takes it before this transaction has committed and its events can be seen. Leaving out
 * what is already queued would lose the wake-up when a worker takes that item just before the commit. Delayed work is a
 * timer of its own and never merged.
 */
export function createEnqueue(boss: PgBoss): Enqueue {
  return async (tx, given) => {
    const work = given.filter(({ by }) => by !== 'here');
    if (work.length === 0) return;
    const now = work.filter(({ delaySeconds = 0 }) => delaySeconds <= 0);
    const waiting = now.length === 0 ? new Set() : await lockWaiting(tx, now);
    const db = fromKysely(tx);
    const items = distinct(work.filter((item) => (item.delaySeconds ?? 0) > 0 || !waiting.has(nameOf(item))));
    for (const [kind, ofKind] of items) {
      const jobs = ofKind.map(({ key, delaySeconds = 0 }) => ({
        data: { key },
        singletonKey: key,
        ...(delaySeconds > 0 ? { startAfter: Math.ceil(delaySeconds) } : {}),
      }));
      await boss.insert(kind, jobs, { db });
    }
  };
}

/** Names of the work for which an item waits and may be taken at any moment; in the order of the rows. */
async function lockWaiting(tx: Kysely<StateTables>, work: readonly Work[]): Promise<Set<string>> {
  const wanted = JSON.stringify(work.map(({ kind, key }) => ({ kind, key })));
  const { rows } = await sql<{ kind: WorkKind; key: string }>`
    select job.name as kind, job.singleton_key as key from firebreak_queue.job as job
    join jsonb_to_recordset(${wanted}::jsonb) as wanted (kind text, key text)
      on job.name = wanted.kind and job.singleton_key = wanted.key
    where job.state = 'created' and job.start_after <= now()
    order by job.id for update of job`.execute(tx);
  return new Set(rows.map(nameOf));
}

/** By kind, each item once. */
function distinct(work: readonly Work[]): Map<WorkKind, Work[]> {
  const items = new Map(work.map((item) => [`${nameOf(item)}:${item.delaySeconds ?? 0}`, item]));
  return Map.groupBy(items.values(), ({ kind }) => kind);
}

function nameOf({ kind, key }: Pick<Work, 'kind' | 'key'>): string {
  return `${kind}:${key}`;
}
