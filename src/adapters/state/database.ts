import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { StateTables } from './tables.ts';

/** The query builder over the pool; every table is in the schema `firebreak`. */
export function createDatabase(pool: pg.Pool): Kysely<StateTables> {
  return new Kysely<StateTables>({ dialect: new PostgresDialect({ pool }) }).withSchema('firebreak');
}
