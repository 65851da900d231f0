import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { JOURNAL_STREAM, type RetentionPolicy } from '../../domain/retention.ts';
import type { Pruned, Retention } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import { appendWithin } from './journal-append.ts';
import type { Enqueue } from './queue/enqueue.ts';
import type { StateTables } from './tables.ts';

/** At most so many incidents and so many alerts in one transaction: the journal stands still meanwhile. */
const BATCH = 100;
const REMOVED_TITLE = 'Removed by retention';

/** What one transaction removes. */
interface Due {
  readonly incidents: readonly string[];
  readonly alerts: readonly string[];
  /** Entries of each stream that lose their content. */
  readonly streams: Readonly<Record<string, number>>;
}

/** Retention on PostgreSQL. Closed incidents count from their closing, alerts from when they last came in; what is held back is still to be decided on. */
export function createRetention(db: Kysely<StateTables>, enqueue: Enqueue): Retention {
  return {
    due: (policy) => guarded(async () => countOf(await findDue(db, policy, null))),
    prune: (policy, by) =>
      guarded(async () => {
        const total = { incidents: 0, alerts: 0, entries: 0 };
        for (;;) {
          const { incidents, alerts, entries } = await pruneBatch(db, enqueue, policy, by);
          if (incidents + alerts === 0) return total;
          total.incidents += incidents;
          total.alerts += alerts;
          total.entries += entries;
        }
      }),
  };
}

function countOf({ incidents, alerts, streams }: Due): Pruned {
  const entries = Object.values(streams).reduce((sum, count) => sum + count, 0);
  return { incidents: incidents.length, alerts: alerts.length, entries };
}

async function pruneBatch(
  db: Kysely<StateTables>,
  enqueue: Enqueue,
  policy: RetentionPolicy,
  by: Actor,
): Promise<Pruned> {
  return await db.transaction().execute(async (tx) => {
    // Nobody appends while the streams are chosen and counted.
    await tx.selectFrom('journal_head').select('position').forUpdate().execute();
    const due = await findDue(tx, policy, BATCH);
    const { incidents, alerts, streams } = due;
    if (incidents.length + alerts.length === 0) return countOf(due);
    const event = { type: 'journal.pruned', policy, by, streams, alerts: alerts.length } as const;
    await appendWithin(tx, enqueue, [
      { stream: JOURNAL_STREAM, expectedVersion: null, events: [event], options: { work: [] } },
    ]);
    await remove(tx, due);
    return countOf(due);
  });
}

async function findDue(db: Kysely<StateTables>, policy: RetentionPolicy, limit: number | null): Promise<Due> {
  const incidents = await sql<{ id: string }>`
    select id from firebreak.incident
    where status = 'closed' and pruned_at is null
      and updated_at < clock_timestamp() - make_interval(days => ${policy.closedIncidentDays}::int)
    order by ordinal limit ${limit}::int`.execute(db);
  const alerts = await sql<{ id: string }>`
    select id from firebreak.alert as alert
    where not held and settled_at < clock_timestamp() - make_interval(days => ${policy.alertDays}::int)
      and coalesce(last_repeat_at, received_at) < clock_timestamp() - make_interval(days => ${policy.alertDays}::int)
      and not exists (
        select from firebreak.incident where id = alert.incident_id and status = 'open')
    order by ordinal limit ${limit}::int`.execute(db);
  const due = { incidents: incidents.rows.map(({ id }) => id), alerts: alerts.rows.map(({ id }) => id) };
  const streams = await sql<{ stream: string; entries: number }>`
    select stream, count(*) as entries from firebreak.journal
    where stream = any(${[...due.incidents, ...due.alerts.map((id) => `intake/${id}`)]}) and body is not null
    group by stream`.execute(db);
  return {
    ...due,
    streams: Object.fromEntries(streams.rows.map(({ stream, entries }) => [stream, entries])),
  };
}

async function remove(tx: Transaction<StateTables>, { incidents, alerts, streams }: Due): Promise<void> {
  await tx
    .updateTable('journal')
    .set({ body: null })
    .where('stream', 'in', sql<string>`(select unnest(${Object.keys(streams)}::text[]))`)
    .execute();
  const ids = sql<string>`(select unnest(${incidents}::text[]))`;
  await tx
    .updateTable('incident')
    .set({ title: REMOVED_TITLE, pruned_at: sql<string>`clock_timestamp()` })
    .where('id', 'in', ids)
    .execute();
  await tx.deleteFrom('progress').where('incident_id', 'in', ids).execute();
  await tx.deleteFrom('chat_message').where('incident_id', 'in', ids).execute();
  await tx.deleteFrom('alert').where('id', 'in', sql<string>`(select unnest(${alerts}::text[]))`).execute();
}
