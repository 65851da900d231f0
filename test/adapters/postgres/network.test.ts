import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { isFirebreakError } from '../../../src/domain/errors.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
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

let app: AppServer;
let proxy: TcpProxy;
let url: { reveal(): string };
beforeEach(async () => {
  app = await startAppServer();
  proxy = await startTcpProxy({ host: '127.0.0.1', port: app.server().port });
  url = secret(app.url('bot').replace(`:${app.server().port}/`, `:${proxy.port}/`));
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

/** Impatient, so that a test does not wait for what a person would. */
const impatient = { statementTimeoutMs: 1_000, queryTimeoutMs: 400, connectTimeoutMs: 400 };

async function sleeping(name: string, server = app.url('app')) {
  const client = await connect(server, name);
  const end = run(client, 'select pg_sleep(60)');
  return { client, end, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

async function startOf(server: string): Promise<string | undefined> {
  const [row] = await query<{ at: string }>(server, "set timezone = 'UTC'; select 1").then(async () =>
    query<{ at: string }>(
      server,
      "select to_char(pg_postmaster_start_time() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as at",
    ),
  );
  return row?.at;
}

test('after a failover nothing of the plan is signalled on the server that answers now, and it is said which one it is', async () => {
  await using replica = await startReplica(app.server(), {
    dataDirectory: join(app.directory, 'replica'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all all 127.0.0.1/32 trust'],
    applicationName: 'replica-1',
  });
  const replicaUrl = (user: string) => replica.url({ user, database: 'appdb', password: 'unused' });
  await using databases = await startDatabases({ url });
  await using planned = await sleeping('planned');
  const session = await sessionOf(databases, 'planned', ({ state }) => state === 'active');

  proxy.leadTo({ host: '127.0.0.1', port: replica.port });
  proxy.cut();
  const formerStart = await startOf(app.server().url());
  const presentStart = await startOf(replica.url());
  let said = '';
  await eventually('another server is noticed', async () => {
    said = await databases.alive('shop', 'primary', [session], signal).then(
      () => 'nothing',
      (error: unknown) => (isFirebreakError(error) ? `${error.code}: ${error.message}` : String(error)),
    );
    return said.startsWith('database-changed');
  });
  expect(said).toContain(`started ${formerStart}`);
  expect(said).toContain(`started ${presentStart}`);
  expect(said).toContain('is in recovery, so it is a standby');
  expect((await databases.snapshot('shop', 'primary', signal)).inRecovery).toBe(true);
  await query(replica.url(), 'select pg_promote()');

  await using innocent = await sleeping('innocent', replicaUrl('app'));
  const present = await sessionOf(databases, 'innocent', ({ state }) => state === 'active');
  const request = (identity: typeof session) =>
    databases.signalBackend('shop', { server: 'primary', identity, how: 'terminate', guard }, signal);
  expect(await request(session)).toMatchObject({ verdict: 'refused:server_changed', signalled: false });
  // The worst case: a backend there has everything of the planned one but the server.
  expect(await request({ ...present, serverStart: session.serverStart })).toMatchObject({
    verdict: 'refused:server_changed',
    signalled: false,
  });
  expect(await databases.alive('shop', 'primary', [present], signal)).toEqual([present]);
  expect(await request(present)).toMatchObject({ verdict: 'ok', signalled: true });
  expect(await innocent.end).toBe('57P01');
  expect(await Promise.race([planned.end, delay(100, 'still runs')])).toBe('still runs');
});

test('a reading of the former server is not taken for one of the server that answers now', async () => {
  await using other = await startAppServer();
  await using planned = await sleeping('planned');
  await using databases = await startDatabases({ url }, { snapshotIntervalMs: 600_000 });
  const session = await sessionOf(databases, 'planned', ({ state }) => state === 'active');
  proxy.leadTo({ host: '127.0.0.1', port: other.server().port });
  proxy.cut();
  await eventually('another server is noticed', async () =>
    databases.alive('shop', 'primary', [session], signal).then(
      () => false,
      (error: unknown) => isFirebreakError(error) && error.code === 'database-changed',
    ),
  );
  const { sessions } = await databases.snapshot('shop', 'primary', signal);
  expect(sessions.map(({ serverStart }) => serverStart)).not.toContain(session.serverStart);
  expect(sessions.map(({ applicationName }) => applicationName)).not.toContain('planned');
  expect(await Promise.race([planned.end, delay(100, 'still runs')])).toBe('still runs');
});

test('a session that is still on the former server is opened anew when the other one finds the new server', async () => {
  await using other = await startAppServer();
  await using databases = await startDatabases({ url });
  await using _planned = await sleeping('planned');
  const session = await sessionOf(databases, 'planned');
  proxy.leadTo({ host: '127.0.0.1', port: other.server().port });
  await query(
    app.server().url(),
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'firebreak' and datname = 'postgres'",
  );
  await eventually('the signalling session finds the new server', async () =>
    databases.alive('shop', 'primary', [session], signal).then(
      () => false,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'database-changed',
    ),
  );
  await eventually('the reading session is there too', async () => {
    const { startedAt } = await databases.snapshot('shop', 'primary', signal);
    return startedAt !== session.serverStart;
  });
});

test('a connection that is cut in the middle of a signal leaves its effect to be looked up', async () => {
  await using databases = await startDatabases({ url });
  await using victim = await sleeping('victim');
  const session = await sessionOf(databases, 'victim', ({ state }) => state === 'active');
  proxy.cutAt('firebreak:kill', 'after');
  const request = { server: 'primary', identity: session, how: 'terminate', guard } as const;
  await expect(databases.signalBackend('shop', request, signal)).rejects.toMatchObject({
    code: 'database-unreachable',
    retryable: true,
    situation: { unknown: [`Whether pid ${session.pid} got the signal to terminate: the answer was lost.`] },
  });
  expect(await victim.end).toBe('57P01');
  await eventually('the world is looked at', async () => {
    return (await databases.alive('shop', 'primary', [session], signal)).length === 0;
  });
});

test('a connection that is cut in the middle of a change leaves it to be looked up what the setting is', async () => {
  await query(app.server().url(), 'alter role bot createrole; grant app to bot with admin option');
  await using databases = await startDatabases({ url });
  const setting = { name: 'statement_timeout', role: 'app', database: null } as const;
  const { serverStart } = await databases.readSetting('shop', setting, signal);
  proxy.cutAt('firebreak:change-setting', 'after');
  const change = { setting, serverStart, from: null, to: '30s' };
  await expect(databases.changeSetting('shop', change, signal)).rejects.toMatchObject({
    code: 'database-unreachable',
    situation: { unknown: [expect.stringMatching(/^Whether .*statement_timeout.* was changed/)] },
  });
  expect((await databases.readSetting('shop', setting, signal)).value).toBe('30s');
});

test('a network that swallows everything ends in bounded time, says what was last known, and comes back', async () => {
  const databases = await startDatabases({ url }, impatient);
  const before = await databases.snapshot('shop', 'primary', signal);
  proxy.blackHole(true);
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-timeout',
    situation: {
      known: [
        {
          name: expect.stringContaining(`Last reading of shop (primary), ${before.at.slice(11, 19)} UTC`),
          value: expect.stringContaining(`${before.slots.used} of 20 slots used`),
        },
        { name: 'Sessions of Firebreak', value: expect.stringContaining('to read closed since') },
      ],
      unknown: [expect.stringContaining('who runs what')],
    },
  });
  proxy.blackHole(false);
  await eventually('readings again', async () =>
    databases.snapshot('shop', 'primary', signal).then(() => true),
  );
  // A stop into the void must not wait for an answer to its farewell.
  proxy.blackHole(true);
  const stopped = await Promise.race([databases.stop().then(() => 'stopped'), delay(3_000, 'hangs')]);
  expect(stopped).toBe('stopped');
});

test('a reading that takes long is not asked for a second time meanwhile', async () => {
  await using databases = await startDatabases({ url });
  const [reader] = await query<{ pid: number }>(
    app.server().url(),
    "select pid from pg_stat_activity where application_name = 'firebreak' and datname = 'appdb'",
  );
  if (reader === undefined) throw new Error('no session for reading');
  process.kill(reader.pid, 'SIGSTOP');
  const first = databases.snapshot('shop', 'primary', signal);
  await delay(50);
  const second = databases.snapshot('shop', 'primary', signal);
  process.kill(reader.pid, 'SIGCONT');
  expect((await second).at).toBe((await first).at);
});

const INDEX = {
  schema: 'public',
  table: 'orders',
  tableOid: 1,
  owner: 'app',
  name: 'orders_idx',
  columns: ['id'],
  serverStart: '2026-01-01 00:00:00+00',
};

test.each(['SET statement_timeout', 'pg_backend_pid'])(
  'a remedy whose connection falls silent at its beginning (%s) holds nobody for ever',
  async (text) => {
    await using databases = await startDatabases({ url }, impatient);
    proxy.cutAt(text, 'for good');
    const built = databases.buildIndex('shop', INDEX, { lockSeconds: 1 }, signal).then(
      () => 'built',
      (error: unknown) => (isFirebreakError(error) ? error.code : String(error)),
    );
    expect(await Promise.race([built, delay(5_000, 'still waits')])).toBe('database-timeout');
  },
);

test('a remedy that is broken off does not wait for a server that has fallen silent', async () => {
  await query(app.server().url(), 'grant app to bot');
  await using databases = await startDatabases({ url }, impatient);
  proxy.cutAt('firebreak:relation-identity', 'for good');
  const stop = new AbortController();
  const built = databases.buildIndex('shop', INDEX, { lockSeconds: 1 }, stop.signal).then(
    () => 'built',
    (error: unknown) => String(error),
  );
  await eventually('its statement has arrived', async () => {
    const asked = "select from pg_stat_activity where query like '/* firebreak:relation-identity%'";
    return (await query(app.server().url(), asked)).length > 0;
  });
  stop.abort(new Error('stopped'));
  expect(await Promise.race([built, delay(8_000, 'still waits')])).toBe('Error: stopped');
});
