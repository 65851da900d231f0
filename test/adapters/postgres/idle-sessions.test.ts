import { afterAll, beforeAll, expect, test } from 'vitest';
import { IdleSession } from '../../../src/domain/snapshot.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { type AppServer, connect, secret, signal, startAppServer, startDatabases } from './support.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startAppServer({ max_connections: 40 });
  await query(app.server().url(), 'create role leaking login');
});
afterAll(() => app[Symbol.asyncDispose]());

test('idle sessions are listed once they fill slots: heaviest role first, longest idle first, with their identity', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await using stack = new AsyncDisposableStack();
  const read = async () => databases.snapshot('shop', 'primary', signal);
  const open = async (user: string, statement: string | null) => {
    const client = stack.use(await connect(app.url(user), `service-${user}`));
    if (statement !== null) await client.query(statement);
    return client;
  };
  for (let index = 0; index < 4; index += 1) await open('app', 'select 1');
  await using busy = await connect(app.url('leaking'), 'in a transaction');
  await busy.query('begin');
  expect((await read()).idleSessions).toEqual([]);
  const first = await open('leaking', 'select 1');
  const second = await open('leaking', null);
  for (let index = 0; index < 10; index += 1) await open('leaking', 'select 1');
  await first.query('select 2');
  await eventually('every session at rest', async () => (await read()).idleSessions.length >= 16);
  const { idleSessions, groups, startedAt } = await read();
  for (const session of idleSessions) expect(() => IdleSession.parse(session)).not.toThrow();
  const leaking = idleSessions.slice(0, 12);
  expect(leaking.every(({ user }) => user === 'leaking')).toBe(true);
  expect(idleSessions.slice(12).some(({ user }) => user === 'app')).toBe(true);
  expect(leaking.map(({ idleSeconds }) => idleSeconds)).toEqual(
    leaking.map(({ idleSeconds }) => idleSeconds).toSorted((a, b) => b - a),
  );
  const pidOf = async (client: typeof first) =>
    Number((await client.query('select pg_backend_pid() pid')).rows[0]?.pid);
  const listed = (pid: number) => leaking.findIndex((session) => session.pid === pid);
  const [firstPid, secondPid] = [await pidOf(first), await pidOf(second)];
  // The second ran nothing before it was read, so that it has no query and was idle longest; the first ran one again.
  expect(listed(secondPid)).toBe(0);
  expect(leaking[0]).toMatchObject({
    queryStart: null,
    serverStart: startedAt,
    applicationName: 'service-leaking',
  });
  expect(listed(firstPid)).toBe(11);
  expect(leaking[11]?.queryStart).toMatch(/^\d{4}-\d\d-\d\d .*\+00$/);
  expect(idleSessions.map(({ applicationName }) => applicationName)).not.toContain('in a transaction');
  const group = groups.find(({ applicationName }) => applicationName === 'service-leaking');
  expect(group).toMatchObject({ backends: 12, youngBackends: 12, state: 'idle' });
  const own = stack.use(await connect(app.server().url({ database: 'appdb' }), 'admin'));
  await own.query('select 1');
  await eventually('the superuser at rest', async () =>
    (await read()).idleSessions.some(({ protectedBy }) => protectedBy.includes('superuser')),
  );
  expect(group?.oldestBackendSeconds).toBeLessThan(120);
});
