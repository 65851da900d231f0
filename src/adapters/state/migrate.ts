import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { FirebreakError } from '../../domain/errors.ts';
import { migrations } from './migrations/all.ts';
import type { StateTables } from './tables.ts';

const MIGRATION_TABLE = 'migration';
/** Long enough for another replica to finish its migrations. */
const LOCK_TIMEOUT = '120s';

/** Older versions cannot work with the tables after a migration of this name; every other one only adds. */
const BREAKING = /^\d+-breaking-/;

/**
 * Brings the tables to this version and then runs `prepare`, while no other replica does either, so that the check for a
 * newer version still holds when the migrations run. Tables to which a newer version has only added are left as they are.
 * @throws FirebreakError `state-version` when a newer Firebreak has made tables that this one cannot work with.
 */
export async function migrateState(db: Kysely<StateTables>, prepare: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, false), set_config('statement_timeout', ${LOCK_TIMEOUT}, false)`.execute(
      connection,
    );
    await sql`select pg_advisory_lock(hashtextextended('firebreak:migrate', 0))`.execute(connection);
    try {
      if (!(await areNewer(connection))) await migrateTables(connection);
      await prepare();
    } finally {
      await sql`select pg_advisory_unlock_all()`.execute(connection);
      await sql`reset lock_timeout; reset statement_timeout`.execute(connection);
    }
  });
}

async function migrateTables(db: Kysely<StateTables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: 'firebreak',
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: 'migration_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Whether a newer version has migrated the tables, in a way that this one can work with. */
async function areNewer(db: Kysely<StateTables>): Promise<boolean> {
  const { rows: tables } = await sql<{ present: boolean }>`
    select to_regclass('firebreak.migration') is not null as present`.execute(db);
  if (tables[0]?.present !== true) return false;
  const { rows } = await sql<{ name: string }>`select name from firebreak.migration order by name`.execute(
    db,
  );
  const done = rows.map((row) => row.name);
  const unknown = done.filter((name) => !(name in migrations));
  const missing = Object.keys(migrations).some((name) => !done.includes(name));
  const refused = unknown.filter((name) => missing || BREAKING.test(name));
  if (refused.length === 0) return unknown.length > 0;
  throw new FirebreakError(
    'state-version',
    `The state database was migrated by a newer Firebreak (${refused.join(', ')}).`,
    {
      hint: 'Start that version of Firebreak or a newer one, or point state.url at a database that this version wrote.',
    },
  );
}
