import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseConfig, DatabasesOptions } from '../../../src/adapters/postgres/config.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { usualMajors } from './majors.ts';
import {
  type AppServer,
  connect,
  guard,
  run,
  secret,
  sessionOf,
  signal,
  startAppServer,
  startDatabases,
} from './support.ts';

const RESERVED = 2;

describe.each(usualMajors)('with every slot taken on PostgreSQL $major', ({ major, package: name }) => {
  const reserves = major >= 16;
  let app: AppServer;
  let taken: AsyncDisposableStack;
  beforeAll(async () => {
    app = await startAppServer(
      { max_connections: 14, ...(reserves ? { reserved_connections: RESERVED } : {}) },
      name === undefined ? {} : { package: name },
    );
    await query(
      app.server().url(),
      `create role glass login replication; grant pg_monitor, pg_signal_backend to glass;
       create role reserved login; grant pg_monitor, pg_signal_backend to reserved;
       ${reserves ? 'grant pg_use_reserved_connections to reserved' : ''}`,
    );
    return async () => app[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await taken.disposeAsync();
    await query(app.server().url(), 'alter database appdb connection limit -1');
    await eventually('all slots free', async () => {
      const rows = await query(
        app.server().url(),
        `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      return rows.length === 0;
    });
  });

  /** One session of the application that runs a query, and others until one is refused. */
  async function takeAll() {
    taken = new AsyncDisposableStack();
    const culprit = taken.use(await connect(app.url('app'), 'culprit'));
    const end = run(culprit, 'select pg_sleep(60)');
    for (;;) {
      const client = await connect(app.url('app'), 'filler').catch((error: unknown) => error);
      if (client instanceof Error) {
        expect(client).toMatchObject({ code: '53300' });
        return { end };
      }
      taken.use(client as Awaited<ReturnType<typeof connect>>);
    }
  }

  async function start(
    user: string,
    config: Partial<DatabaseConfig> = {},
    options: Partial<DatabasesOptions> = {},
  ) {
    const databases = await startDatabases({ url: secret(app.url(user)), ...config }, options);
    taken.use(databases);
    return databases;
  }

  /** It reads, signals and looks whether it worked. */
  async function expectToWork(databases: Awaited<ReturnType<typeof start>>, end: Promise<string>) {
    const snapshot = await databases.snapshot('shop', 'primary', signal);
    expect(snapshot.standbys).toEqual([]);
    const identity = await sessionOf(databases, 'culprit', ({ state }) => state === 'active');
    const setting = { name: 'statement_timeout', role: 'app', database: null } as const;
    expect(await databases.readSetting('shop', setting, signal)).toMatchObject({ found: true, value: null });
    expect(await databases.alive('shop', 'primary', [identity], signal)).toEqual([identity]);
    const request = { server: 'primary', identity, how: 'terminate', guard } as const;
    expect(await databases.signalBackend('shop', request, signal)).toMatchObject({ verdict: 'ok' });
    expect(await end).toBe('57P01');
    await eventually('the session gone', async () => {
      return (await databases.alive('shop', 'primary', [identity], signal)).length === 0;
    });
  }

  test('the sessions that were opened before go on reading and signalling', async () => {
    const first = await startDatabases({ url: secret(app.url('bot')) });
    const { end } = await takeAll();
    taken.use(first);
    await expectToWork(first, end);
  });

  test.runIf(reserves)('a new one comes in through the reserved connections', async () => {
    const { end } = await takeAll();
    const late = await start('bot');
    expect(late.health()).toMatchObject([{ up: false }, { up: false }]);
    const reserved = await start('reserved');
    expect(reserved.health()).toMatchObject([
      { up: true, connectedTo: 'appdb', breakGlass: false },
      { up: true, connectedTo: 'postgres', breakGlass: false },
    ]);
    await expectToWork(reserved, end);
  });

  test('a new one comes in through the database postgres when the application’s has a limit', async () => {
    await query(app.server().url(), 'alter database appdb connection limit 4');
    const { end } = await takeAll();
    const late = await start('bot');
    expect(late.health()).toMatchObject([
      { up: true, connectedTo: 'postgres', breakGlass: false },
      { up: true, connectedTo: 'postgres', breakGlass: false },
    ]);
    await expectToWork(late, end);
  });

  test('the replication connection comes in last, if it is configured, and is left when a slot is free', async () => {
    const { end } = await takeAll();
    const without = await start('bot');
    expect(without.health()).toMatchObject([{ up: false }, { up: false }]);
    await without.stop();
    const breakGlassUrl = secret(app.url('glass'));
    const late = await start('bot', { breakGlassUrl }, { pingMs: 200 });
    expect(late.health()).toMatchObject([
      { up: true, breakGlass: true },
      { up: true, breakGlass: true },
    ]);
    await expectToWork(late, end);
    await taken.disposeAsync();
    taken = new AsyncDisposableStack();
    await using again = await startDatabases({ url: secret(app.url('bot')), breakGlassUrl });
    expect(again.health()).toMatchObject([{ breakGlass: false }, { breakGlass: false }]);
  });

  test('whoever is in through replication goes back to an ordinary slot by itself', async () => {
    await takeAll();
    const breakGlassUrl = secret(app.url('glass'));
    await using late = await startDatabases({ url: secret(app.url('bot')), breakGlassUrl }, { pingMs: 100 });
    expect(late.health()).toMatchObject([{ breakGlass: true }, { breakGlass: true }]);
    await taken.disposeAsync();
    taken = new AsyncDisposableStack();
    await eventually('two ordinary sessions', async () =>
      late.health().every(({ up, breakGlass }) => up && !breakGlass),
    );
    expect((await databasesOf(app)).sort()).toEqual(['client backend', 'client backend']);
    await late.snapshot('shop', 'primary', signal);
  });

  test('the replication connection is not used when the server refuses for another reason', async () => {
    taken = new AsyncDisposableStack();
    const breakGlassUrl = secret(app.url('glass'));
    const url = secret(app.url('bot').replace('/bot', '/no_such_role'));
    await using wrong = await startDatabases({ url, breakGlassUrl });
    expect(wrong.health()).toMatchObject([{ up: false }, { up: false }]);
  });
});

/** What kinds of backends Firebreak has. */
async function databasesOf(app: AppServer): Promise<string[]> {
  const rows = await query<{ type: string }>(
    app.server().url(),
    `select backend_type as type from pg_stat_activity where application_name = 'firebreak'`,
  );
  return rows.map(({ type }) => type);
}
