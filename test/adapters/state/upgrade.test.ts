import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrations } from '../../../src/adapters/state/migrations/all.ts';
import { alertOf, incidentRow, mitigated, opened, query, startServer, type TestServer } from './support.ts';

const names = Object.keys(migrations).sort();

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

/** Makes the tables as the version with this newest migration made them. */
async function migrateTo(url: string, name: string): Promise<void> {
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  });
  const migrator = new Migrator({
    db: db.withSchema('firebreak'),
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: 'firebreak',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error } = await migrator.migrateTo(name);
  await db.destroy();
  if (error !== undefined) throw error;
}

/** Everything that tables, indexes and triggers are made of. */
async function shapeOf(url: string): Promise<unknown[]> {
  return await query(
    url,
    `select table_name as on, column_name as what, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as how
       from information_schema.columns where table_schema = 'firebreak'
     union all select tablename, indexname, indexdef from pg_indexes where schemaname = 'firebreak'
     union all select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
       where connamespace = 'firebreak'::regnamespace and conrelid <> 0
     union all select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
     order by 1, 2, 3`,
  );
}

const ENTRY = 'position, stream, version, type, schema_version, body, at, body_hash, previous_hash, hash';

/** An incident with its entries and alert, in the columns that every version has had. */
async function fillAsThen(url: string, from: string): Promise<void> {
  const { id, dedupeKey, database, title } = incidentRow('INC-1');
  const entries = await query<Record<string, unknown>>(
    from,
    `select ${ENTRY} from firebreak.journal order by 1`,
  );
  for (const entry of entries) {
    const values = ENTRY.split(', ').map((column) => entry[column]);
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    await query(url, `insert into firebreak.journal (${ENTRY}) values (${places})`, values);
  }
  const last = entries.at(-1);
  await query(url, 'update firebreak.journal_head set position = $1, hash = $2', [
    last?.position,
    last?.hash,
  ]);
  await query(
    url,
    `insert into firebreak.incident (id, dedupe_key, dedupe_hash, database, title, status)
       values ($1, $2, encode(sha256(convert_to($2, 'UTF8')), 'hex'), $3, $4, 'open')`,
    [id, dedupeKey, database, title],
  );
  await query(url, 'insert into firebreak.alert (id, delivery_key, alert) values ($1, $2, $3)', [
    'A-1',
    'alertmanager:early:firing:2024-11-15T14:23:00Z',
    JSON.stringify(alertOf('early')),
  ]);
}

describe('the schema of every version is brought to that of this one', () => {
  test.each(names)('from %s, with what it holds', { timeout: 60_000 }, async (name) => {
    const fresh = await server.createDatabase();
    const now = await opened(fresh);
    await now.journal.append('INC-1', 0, [mitigated('one'), mitigated('two')], { work: [] });
    const old = await server.createDatabase();
    await migrateTo(old, name);
    await fillAsThen(old, fresh);

    const state = await opened(old);

    expect(await shapeOf(old)).toEqual(await shapeOf(fresh));
    expect(await state.journal.verify()).toMatchObject({ events: 2, chainOk: true });
    expect(await state.journal.read('INC-1')).toEqual(await now.journal.read('INC-1'));
    expect(await state.incidents.listOpen()).toMatchObject([{ id: 'INC-1', title: 'Pool is full' }]);
    expect((await state.alerts.unsettled(0, 10)).alerts).toMatchObject([
      { id: 'A-1', alert: alertOf('early') },
    ]);
    expect(await state.journal.append('INC-1', 2, [mitigated('three')], { work: [] })).toMatchObject({
      status: 'appended',
      events: [{ position: 3 }],
    });
  });

  test('and there is no way back', () => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => migrations[name]?.down !== undefined)).toEqual([]);
  });
});
