import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, query } from '../embedded-postgres/support.ts';
import { usualMajors } from './majors.ts';
import { type AppServer, connect, secret, signal, startAppServer, startDatabases } from './support.ts';

describe.each(usualMajors)('on PostgreSQL $major', ({ major, package: name }) => {
  let app: AppServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;
  const sql = async (text: string) => {
    for (const one of text.split(';\n')) await query(app.server().url({ database: 'appdb' }), one);
  };
  beforeAll(async () => {
    app = await startAppServer(
      { lock_timeout: '7s', wal_level: 'logical' },
      name === undefined ? {} : { package: name },
    );
    await sql(`
      alter role app in database appdb set statement_timeout = '30s';
      alter role app set statement_timeout = '1h';
      alter role payments set idle_in_transaction_session_timeout = '90s';
      alter database appdb set idle_in_transaction_session_timeout = '2min';
      alter database postgres set statement_timeout = '3s';
      alter role payments connection limit 4;
      alter database appdb connection limit 12;
      create table "Big Orders" (id int primary key, "customer id" int, created_at timestamptz, note text);
      insert into "Big Orders" select n, n % 100, now(), 'x' from generate_series(1, 20000) n;
      create index by_customer on "Big Orders" ("customer id", created_at);
      create index one on "Big Orders" (created_at);
      create index two on "Big Orders" (created_at);
      create index other on "Big Orders" (created_at) where id > 5;
      create index words on "Big Orders" (lower(note));
      create table items (order_id int references "Big Orders", position int, extra text);
      insert into items select 1 + n % 20000, 1, 'x' from generate_series(1, 20000) n;
      create table log (line text);
      create publication everything for table log, "Big Orders";
      analyze;
      select count(*) from "Big Orders" where note = 'y'`);
    await query(
      app.server().url({ database: 'appdb' }),
      `create unique index concurrently broken on items (position)`,
    ).catch(() => {});
    databases = await startDatabases({ url: secret(app.url('bot')) });
  });
  afterAll(async () => {
    await databases.stop();
    await app[Symbol.asyncDispose]();
  });

  test('settings are those of the server, not of the session that asks', async () => {
    const { settings, versionNumber, database, databaseLimit } = await databases.serverReadout(
      'shop',
      'primary',
      signal,
    );
    expect({ database, databaseLimit }).toEqual({ database: 'appdb', databaseLimit: 12 });
    expect(Math.floor(versionNumber / 10_000)).toBe(major);
    expect(settings.statement_timeout).toMatchObject({ value: '0', unit: 'ms' });
    expect(settings.lock_timeout).toMatchObject({ value: '7000', unit: 'ms' });
    expect(settings.wal_level?.value).toBe('logical');
    expect('transaction_timeout' in settings).toBe(major >= 17);
    expect('reserved_connections' in settings).toBe(major >= 16);
    expect(settings.shared_preload_libraries).toBeDefined();
  });

  test('roles that may log in, with their limits, sessions and stored values of this database', async () => {
    await using client = await connect(app.url('payments'));
    await client.query('select 1');
    const { roles, stored } = await databases.serverReadout('shop', 'primary', signal);
    expect(roles.find((role) => role.name === 'payments')).toMatchObject({
      connectionLimit: 4,
      sessions: 1,
      superuser: false,
    });
    expect(roles.find((role) => role.name === 'bot')).toMatchObject({ own: true, connectionLimit: null });
    expect(roles.find(({ superuser }) => superuser)).toMatchObject({ bootstrap: true });
    expect(roles.map((role) => role.name)).not.toContain('pg_monitor');
    expect(stored).toHaveLength(4);
    expect(stored).toEqual(
      expect.arrayContaining([
        { role: 'app', database: 'appdb', name: 'statement_timeout', value: '30s' },
        { role: 'app', database: null, name: 'statement_timeout', value: '1h' },
        { role: 'payments', database: null, name: 'idle_in_transaction_session_timeout', value: '90s' },
        { role: null, database: 'appdb', name: 'idle_in_transaction_session_timeout', value: '2min' },
      ]),
    );
  });

  test('publications, and tables in them that cannot tell their rows apart', async () => {
    const { publications, publishedWithoutIdentity, extensions, ages } = await databases.serverReadout(
      'shop',
      'primary',
      signal,
    );
    expect({ publications, publishedWithoutIdentity }).toEqual({
      publications: 1,
      publishedWithoutIdentity: ['public.log'],
    });
    expect(extensions).toEqual(['plpgsql']);
    expect(ages.find(({ database }) => database === 'appdb')?.age).toBeGreaterThan(0);
  });

  test('large tables with their scans and the columns of their indexes', async () => {
    await eventually('the statistics of the scan', async () => {
      const { tables } = await databases.relationReadout('shop', 'primary', signal);
      return (tables.find((table) => table.name === 'public."Big Orders"')?.sequentialScans ?? 0) > 0;
    });
    const { tables } = await databases.relationReadout('shop', 'primary', signal);
    const orders = tables.find((table) => table.name === 'public."Big Orders"');
    expect(orders).toMatchObject({ liveRows: 20_000, deadRows: 0 });
    expect(orders?.bytes).toBeGreaterThan(1_000_000);
    expect(orders?.indexes).toEqual(
      expect.arrayContaining([['id'], ['customer id', 'created_at'], ['created_at'], [null]]),
    );
    expect(tables.map((table) => table.name)).not.toContain('public.log');
  });

  test('indexes that are broken or double, and foreign keys without one', async () => {
    const { invalidIndexes, duplicateIndexes, unindexedKeys } = await databases.relationReadout(
      'shop',
      'primary',
      signal,
    );
    expect(invalidIndexes).toMatchObject([{ name: 'public.broken', table: 'public.items' }]);
    expect(duplicateIndexes).toMatchObject([
      { names: ['public.one', 'public.two'], table: 'public."Big Orders"' },
    ]);
    expect(unindexedKeys).toMatchObject([
      { table: 'public.items', references: 'public."Big Orders"', columns: ['order_id'], rows: 20_000 },
    ]);
  });
});

test('a session that had to go to another database of the server does not audit that one', async () => {
  await using app = await startAppServer();
  await query(
    app.server().url(),
    'alter database appdb connection limit 0; alter role bot connection limit 10',
  );
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await expect(databases.serverReadout('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-full',
  });
  await expect(databases.relationReadout('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-full',
  });
});
