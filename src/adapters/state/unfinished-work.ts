import { type Kysely, sql } from 'kysely';
import { INTAKE, type Work } from '../../ports/state.ts';
import type { StateTables } from './tables.ts';

/** Enough for a start; whatever is beyond comes by its queued item. */
const LIMIT = 200;
const OVERDUE_SECONDS = 2;

/** Alerts without a settlement, and open incidents. */
export async function unfinishedWork(db: Kysely<StateTables>): Promise<Work[]> {
  const incidents = await db
    .selectFrom('incident')
    .select('id')
    .where('status', '=', 'open')
    .orderBy('ordinal')
    .limit(LIMIT)
    .execute();
  return [
    INTAKE,
    ...incidents.flatMap(({ id }): Work[] => [
      { kind: 'advance', key: id },
      { kind: 'render', key: id },
    ]),
  ];
}

/** Whether an alert waits to be settled for longer than the process that stored it takes: that one may have died. */
export async function overdueWork(db: Kysely<StateTables>): Promise<Work[]> {
  const overdue = await db
    .selectFrom('alert')
    .select('id')
    .where('settled_at', 'is', null)
    .where('received_at', '<', sql<string>`clock_timestamp() - make_interval(secs => ${OVERDUE_SECONDS})`)
    .limit(1)
    .executeTakeFirst();
  return overdue === undefined ? [] : [INTAKE];
}
