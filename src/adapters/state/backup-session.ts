import { type Kysely, sql } from 'kysely';
import type { StateTables } from './tables.ts';

/** Whole tables take longer than a statement of daily work may. */
export async function unhurried(tx: Kysely<StateTables>): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(tx);
  await sql`set local idle_in_transaction_session_timeout = '10min'`.execute(tx);
}

/** The columns that are stored, in their order; generated ones are not. */
export async function columnsOf(tx: Kysely<StateTables>, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = ${`firebreak.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum`.execute(tx);
  return rows.map(({ name }) => name);
}
