import { type Kysely, sql } from 'kysely';
import { streams } from '../../domain/streams.ts';
import { INTAKE, type Work } from '../../ports/state.ts';
import { isAnythingDue } from './held-alerts.ts';
import type { StateTables } from './tables.ts';

/** How much one look takes: what is beyond comes with the next looks, in turn. */
const MOST_INCIDENTS = 200;
const MOST_VIEWS = 50;
/** Messages are brought in line for so long after the last event that they tell of. */
const VIEWED_HOURS = 1;
const OVERDUE_SECONDS = 2;

/** How far the looks have come, by the ordinals of the rows; 0 is the beginning. */
export interface Cursor {
  readonly incident: number;
  readonly view: number;
}
export const BEGINNING: Cursor = { incident: 0, view: 0 };

/**
 * The intake, open incidents that wait for nobody, and incidents and streams beside them whose messages may be behind, from
 * the cursor on. What has come to its end begins anew.
 */
export async function unfinishedWork(
  db: Kysely<StateTables>,
  cursor: Cursor,
): Promise<{ work: Work[]; next: Cursor }> {
  const incidents = await db
    .selectFrom('incident')
    .select(['id', 'ordinal'])
    // As literals, so that the partial index fits.
    .where(sql<boolean>`status = 'open' and not waiting`)
    .where('ordinal', '>', cursor.incident)
    .orderBy('ordinal')
    .limit(MOST_INCIDENTS)
    .execute();
  const views = await db
    .selectFrom('incident')
    .select(['id', 'ordinal'])
    .where(
      sql<boolean>`(status = 'open' or updated_at > clock_timestamp() - make_interval(hours => ${VIEWED_HOURS}))`,
    )
    .where('ordinal', '>', cursor.view)
    .orderBy('ordinal')
    .limit(MOST_VIEWS)
    .execute();
  const beside = await sql<{ id: string }>`
    select told.stream as id from unnest(${Object.values(streams)}::text[]) as told (stream)
    where (select at from firebreak.journal as entry where entry.stream = told.stream order by version desc limit 1)
      > clock_timestamp() - make_interval(hours => ${VIEWED_HOURS})`.execute(db);
  const shown = new Set([...incidents, ...views, ...beside.rows].map(({ id }) => id));
  return {
    work: [
      INTAKE,
      ...incidents.map(({ id }): Work => ({ kind: 'advance', key: id })),
      ...[...shown].map((id): Work => ({ kind: 'render', key: id })),
    ],
    next: { incident: after(incidents, MOST_INCIDENTS), view: after(views, MOST_VIEWS) },
  };
}

function after(rows: readonly { readonly ordinal: number }[], limit: number): number {
  return rows.length < limit ? 0 : (rows.at(-1)?.ordinal ?? 0);
}

/** How many reminders one look takes. */
const MOST_REMINDERS = 50;

/**
 * Whether an alert waits to be settled for longer than the process that stored it takes: that one may have died; whether
 * one that was held back is to be decided on anew; and the incidents of which somebody has to be reminded now.
 */
export async function overdueWork(db: Kysely<StateTables>): Promise<Work[]> {
  const overdue = await db
    .selectFrom('alert')
    .select('id')
    .where('settled_at', 'is', null)
    .where('received_at', '<', sql<string>`clock_timestamp() - make_interval(secs => ${OVERDUE_SECONDS})`)
    .limit(1)
    .executeTakeFirst();
  const reminders = await db
    .selectFrom('incident')
    .select('id')
    .where('remind_at', '<=', sql<string>`clock_timestamp()`)
    .orderBy('remind_at')
    .limit(MOST_REMINDERS)
    .execute();
  return [
    ...(overdue === undefined && !(await isAnythingDue(db)) ? [] : [INTAKE]),
    ...reminders.map(({ id }): Work => ({ kind: 'remind', key: id })),
  ];
}
