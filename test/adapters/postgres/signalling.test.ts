import { afterAll, beforeAll, expect, test } from 'vitest';
import { toSignalResult } from '../../../src/adapters/postgres/signalling.ts';
import type { SessionIdentity } from '../../../src/domain/snapshot.ts';
import { query } from '../embedded-postgres/support.ts';
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
let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  app = await startAppServer();
  databases = await startDatabases({ url: secret(app.url('bot')) });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
});

function send(identity: SessionIdentity, how: 'cancel' | 'terminate', more: Partial<typeof guard> = {}) {
  const request = { server: 'primary', identity, how, guard: { ...guard, ...more } };
  return databases.signalBackend('shop', request, signal);
}

async function sleeper(user: string, name: string) {
  const client = await connect(app.url(user), name);
  const end = run(client, 'select pg_sleep(30)');
  const session = await sessionOf(databases, name, ({ state }) => state === 'active');
  return { client, end, session, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

test('cancels the query, keeps the session, and reports whom it hit', async () => {
  await using one = await sleeper('app', 'to-cancel');
  expect(await databases.alive('shop', 'primary', [one.session], signal)).toEqual([one.session]);
  expect(await send(one.session, 'cancel')).toEqual({
    verdict: 'ok',
    signalled: true,
    state: 'active',
    user: 'app',
    applicationName: 'to-cancel',
    clientAddress: '127.0.0.1',
    hadWrites: false,
    at: expect.stringMatching(/^\d{4}-/),
  });
  expect(await one.end).toBe('57014');
  expect((await one.client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  expect(await databases.alive('shop', 'primary', [one.session], signal)).toEqual([]);
});

test('a role that may not see the session says neither that it ended nor that it is another one', async () => {
  await using one = await sleeper('app', 'hidden');
  const killUrl = secret(app.url('nobody_special'));
  await using blind = await startDatabases({ url: secret(app.url('bot')), killUrl });
  expect(await blind.alive('shop', 'primary', [one.session], signal)).toEqual([one.session]);
  const request = { server: 'primary', identity: one.session, how: 'cancel', guard } as const;
  expect(await blind.signalBackend('shop', request, signal)).toMatchObject({
    verdict: 'refused:hidden',
    signalled: false,
  });
});

test('a backend that ends between the look and the signal of one statement is gone, and nobody refused', () => {
  const row = { verdict: 'ok', state: 'active', usename: 'app', application_name: 'a', addr: null };
  const answer = toSignalResult({
    ...row,
    signalled: false,
    had_writes: false,
    at: '2026-11-15 14:38:05+00',
  });
  expect(answer).toMatchObject({ verdict: 'gone', signalled: false });
});

test('terminates an idle transaction, which a cancel would not end', async () => {
  await using client = await connect(app.url('app'), 'to-terminate');
  await client.query('begin');
  const session = await sessionOf(databases, 'to-terminate', ({ state }) => state === 'idle in transaction');
  expect(await send(session, 'cancel')).toMatchObject({
    verdict: 'refused:not_active:idle in transaction',
    signalled: false,
  });
  expect(await send(session, 'terminate')).toMatchObject({ verdict: 'ok', signalled: true });
  expect(await run(client, 'select 1')).not.toBe('completed');
  expect(await send(session, 'terminate')).toMatchObject({ verdict: 'gone', signalled: false });
});

test.each([
  ['a protected role', 'payments', 'refused:protected_role', {}],
  [
    'a role that the request does not name, but the configuration does',
    'payments',
    'refused:protected_role',
    { protectedRoles: [] },
  ],
  ['its own role', 'bot', 'refused:own_role', {}],
  ['a superuser', 'firebreak', 'refused:superuser', {}],
  ['a protected application', 'app', 'refused:protected_app', { protectedApplications: '^sleeper' }],
  ['a transaction too young', 'app', 'refused:too_young', { minimumAgeSeconds: 60 }],
])('never signals %s', async (_what, user, verdict, more) => {
  const url = user === 'firebreak' ? app.server().url({ database: 'appdb' }) : app.url(user);
  await using client = await connect(url, 'sleeper');
  const end = run(client, 'select pg_sleep(30)');
  const session = await sessionOf(
    databases,
    'sleeper',
    ({ user: owner, state }) => owner === user && state === 'active',
  );
  for (const how of ['cancel', 'terminate'] as const) {
    expect(await send(session, how, more)).toMatchObject({ verdict, signalled: false, user });
  }
  await query(app.server().url(), `select pg_cancel_backend(${session.pid})`);
  expect(await end).toBe('57014');
});

test('never signals another backend under the same pid, another transaction, or the next query', async () => {
  await using one = await sleeper('app', 'moved-on');
  const { session } = one;
  const other = { ...session, backendStart: '2020-01-01 00:00:00.000001+00' };
  expect(await send(other, 'terminate')).toMatchObject({ verdict: 'refused:pid_reused', signalled: false });
  expect(await databases.alive('shop', 'primary', [other, session], signal)).toEqual([session]);
  await query(app.server().url(), `select pg_cancel_backend(${session.pid})`);
  await one.end;
  const next = run(one.client, 'select pg_sleep(30), 2');
  const now = await sessionOf(databases, 'moved-on', ({ queryStart }) => queryStart !== session.queryStart);
  expect(await send(session, 'terminate')).toMatchObject({ verdict: 'refused:transaction_changed' });
  expect(await send({ ...session, xactStart: now.xactStart }, 'cancel')).toMatchObject({
    verdict: 'refused:query_changed',
    signalled: false,
  });
  expect(await send({ ...now, queryStart: null }, 'cancel')).toMatchObject({
    verdict: 'refused:identity_incomplete',
  });
  expect(await send({ ...now, queryStart: null, xactStart: null }, 'terminate')).toMatchObject({
    verdict: 'refused:identity_incomplete',
  });
  expect(await send(now, 'cancel')).toMatchObject({ verdict: 'ok' });
  expect(await next).toBe('57014');
});

test('the text for people runs in psql as it stands, with hostile values quoted', async () => {
  await using one = await sleeper('app', 'by-hand');
  const text = databases.signalStatement(one.session, 'cancel');
  expect(text).toContain(`'${one.session.backendStart}'::timestamptz`);
  expect(text).toContain(`ARRAY['payments']::name[]`);
  expect(text).not.toMatch(/\$\d/);
  const rows = await query<{ verdict: string }>(app.url('bot'), text);
  expect(rows).toMatchObject([{ verdict: 'ok' }]);
  expect(await one.end).toBe('57014');
});

test('without pg_signal_backend the error names the GRANT', async () => {
  await query(app.server().url(), 'grant pg_read_all_stats to nobody_special');
  await using weak = await startDatabases({ url: secret(app.url('nobody_special')) });
  await using one = await sleeper('app', 'not-yours');
  const request = { server: 'primary', identity: one.session, how: 'terminate', guard } as const;
  await expect(weak.signalBackend('shop', request, signal)).rejects.toMatchObject({
    code: 'database-permission',
    hint: 'Run GRANT pg_monitor, pg_signal_backend TO "nobody_special"; as a superuser.',
  });
  await query(app.server().url(), `select pg_cancel_backend(${one.session.pid})`);
  expect(await one.end).toBe('57014');
});
