import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { FirebreakError } from '../../domain/errors.ts';
import { migrations } from './migrations/all.ts';
import type { StateTables } from './tables.ts';

const MIGRATION_TABLE = 'migration';
/** Long enough for another replica to finish its migrations. */
const LOCK_TIMEOUT = '120s';

/**
 * Brings the tables to this version and then runs `prepare`, while no other replica does either, so that the check for a
 * newer version still holds when the migrations run.
 * @throws FirebreakError `state-version` when a newer Firebreak has migrated the database.
 */
export async function migrateState(db: Kysely<StateTables>, prepare: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, false), set_config('statement_timeout', ${LOCK_TIMEOUT}, false)`.execute(
      connection,
    );
    await sql`select pg_advisory_lock(hashtextextended('firebreak:migrate', 0))`.execute(connection);
    try {
      await refuseNewer(connection);
      await migrateTables(connection);
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

async function refuseNewer(db: Kysely<StateTables>): Promise<void> {
  const { rows: tables } = await sql<{ present: boolean }>`
    select to_regclass('firebreak.migration') is not null as present`.execute(db);
  if (tables[0]?.present !== true) return;
  const { rows } = await sql<{ name: string }>`select name from firebreak.migration order by name`.execute(
    db,
  );
  const unknown = rows.map((row) => row.name).filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new FirebreakError(
    'state-version',
    `The state database was migrated by a newer Firebreak (${unknown.join(', ')}).`,
    {
      hint: 'Run the newer version of Firebreak, or point state.url at a database that this version wrote.',
    },
  );
}
