import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { boundedPool } from './bounded-pool.ts';
import type { StateTables } from './tables.ts';

/** The query builder over the pool, each statement bounded in time; every table is in the schema `firebreak`. */
export function createDatabase(pool: pg.Pool): Kysely<StateTables> {
  return builder(boundedPool(pool));
}

/** Like createDatabase, for statements that may take long: migrations, and what copies whole tables. */
export function createPatientDatabase(pool: pg.Pool): Kysely<StateTables> {
  return builder(pool);
}

function builder(pool: pg.Pool | ReturnType<typeof boundedPool>): Kysely<StateTables> {
  return new Kysely<StateTables>({ dialect: new PostgresDialect({ pool }) }).withSchema('firebreak');
}
