import { type Kysely, sql } from 'kysely';
import type { StateTables } from './tables.ts';

/** The time of the database, to the millisecond. */
export async function databaseTime(db: Kysely<StateTables>): Promise<Date> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp()::timestamptz(3) as now`.execute(db);
  return new Date(rows[0]?.now ?? Number.NaN);
}
