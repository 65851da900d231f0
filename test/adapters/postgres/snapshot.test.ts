import { afterAll, beforeAll, expect, test } from 'vitest';
import { Snapshot } from '../../../src/domain/snapshot.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
  run,
  secret,
  sessionOf,
  signal,
  startAppServer,
  startDatabases,
} from './support.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startAppServer({ max_prepared_transactions: 2, compute_query_id: 'on' });
});
afterAll(() => app[Symbol.asyncDispose]());

test('a long query is seen with its identity, its age, its tags and without its literals', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await using client = await connect(app.url('app'), 'report-generator');
  const end = run(
    client,
    `/*controller='reports',action='monthly%20sum'*/ select pg_sleep(20), 'card 4111-1111', 42 -- for bob`,
  );
  const session = await sessionOf(databases, 'report-generator', ({ state }) => state === 'active');
  expect(session).toMatchObject({
    user: 'app',
    database: 'appdb',
    clientAddress: '127.0.0.1',
    waitEventType: 'Timeout',
    writes: false,
    sql: 'select pg_sleep(?), ?, …',
    tags: { controller: 'reports', action: 'monthly sum' },
  });
  expect(session.xactStart).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6}\+00$/);
  expect(session.queryId).toMatch(/^-?\d+$/);
  await eventually('an age over 0.2 s', async () => {
    const again = await sessionOf(databases, 'report-generator');
    return (again.stateSeconds ?? 0) > 0.2 && (again.transactionSeconds ?? 0) > 0.2;
  });
  await query(app.server().url(), `select pg_cancel_backend(${session.pid})`);
  expect(await end).toBe('57014');
});

test('the snapshot has the shape of the domain and counts slots, groups and load', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await using idle = await connect(app.url('app'), 'checkout-api');
  await using busy = await connect(app.url('app'), 'burner');
  const end = run(busy, `do $$ begin loop perform 1; end loop; end $$`);
  const pid = (await sessionOf(databases, 'burner')).pid;
  const snapshot = Snapshot.parse(await databases.snapshot('shop', 'primary', signal));
  expect(snapshot).toMatchObject({ database: 'shop', server: 'primary', inRecovery: false, cores: 2 });
  expect(snapshot.slots).toMatchObject({ max: 20, superuserReserved: 3, reserved: 0 });
  // idle, busy, and the two standing sessions
  expect(snapshot.slots.used).toBeGreaterThanOrEqual(4);
  expect(snapshot.onCpu).toBeGreaterThanOrEqual(1);
  expect(snapshot.waits).toContainEqual({ type: 'CPU', event: '-', backends: expect.any(Number) });
  expect(snapshot.groups).toContainEqual({
    user: 'app',
    applicationName: 'checkout-api',
    clientAddress: '127.0.0.1',
    database: 'appdb',
    state: 'idle',
    backends: 1,
    lockWaiting: 0,
    oldestSeconds: expect.any(Number),
    oldestBackendSeconds: expect.any(Number),
    youngBackends: 1,
    behind: null,
  });
  expect(snapshot.backends).toContainEqual({
    pid,
    user: expect.any(String),
    clientAddress: '127.0.0.1',
    clientPort: expect.any(Number),
  });
  expect(snapshot.backends).toHaveLength(snapshot.groups.reduce((sum, { backends }) => sum + backends, 0));
  expect(snapshot.sessions.find((session) => session.pid === pid)?.sql).toBe('do ?');
  await query(app.server().url(), `select pg_terminate_backend(${pid})`);
  expect(await end).toBe('57P01');
  await idle.query('select 1');
});

test('lock waiters name their blockers, a prepared transaction is blocker 0', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await using holder = await connect(app.url('app'), 'holder');
  await using waiter = await connect(app.url('app'), 'waiter');
  await holder.query('create table if not exists cart (id int)');
  await holder.query('begin');
  await holder.query('lock table cart');
  const waiting = run(waiter, 'select * from cart');
  const blocked = await sessionOf(databases, 'waiter', ({ waitEventType }) => waitEventType === 'Lock');
  const blocker = await sessionOf(databases, 'holder');
  expect(blocker).toMatchObject({ state: 'idle in transaction', writes: true });
  const locked = await databases.snapshot('shop', 'primary', signal);
  expect(locked.lockWaiters).toEqual([{ pid: blocked.pid, blockers: [blocker.pid] }]);
  expect(locked.lockRequests).toEqual([
    {
      pid: blocked.pid,
      type: 'relation',
      mode: 'AccessShareLock',
      relation: 'public.cart',
      row: null,
      transactionId: null,
    },
  ]);
  expect(locked.groups.find((group) => group.applicationName === 'waiter')?.lockWaiting).toBe(1);
  await holder.query(`prepare transaction 'left behind'`);
  await eventually('the prepared transaction as blocker', async () => {
    const { lockWaiters, prepared } = await databases.snapshot('shop', 'primary', signal);
    return prepared.length === 1 && lockWaiters[0]?.blockers[0] === 0;
  });
  const { prepared } = await databases.snapshot('shop', 'primary', signal);
  expect(prepared).toEqual([
    {
      gid: 'left behind',
      transactionId: expect.stringMatching(/^\d+$/),
      owner: 'app',
      database: 'appdb',
      seconds: expect.any(Number),
      relations: ['public.cart'],
    },
  ]);
  await holder.query(`rollback prepared 'left behind'`);
  expect(await waiting).toBe('completed');
});

test('a queue on one row tells the row, and the transaction that its first waiter waits for', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await using holder = await connect(app.url('app'), 'row-holder');
  await using one = await connect(app.url('app'), 'row-waiter-1');
  await using two = await connect(app.url('app'), 'row-waiter-2');
  await holder.query('create table hot (id int primary key, n int); insert into hot values (1, 0)');
  await holder.query('begin; update hot set n = n + 1');
  const { rows } = await holder.query('select pg_current_xact_id()::text as xid');
  const first = run(one, 'update hot set n = n + 1');
  await sessionOf(databases, 'row-waiter-1', ({ waitEvent }) => waitEvent === 'transactionid');
  const second = run(two, 'update hot set n = n + 1');
  const { pid } = await sessionOf(databases, 'row-waiter-2', ({ waitEvent }) => waitEvent === 'tuple');
  const { lockRequests } = await databases.snapshot('shop', 'primary', signal);
  expect(lockRequests).toContainEqual(
    expect.objectContaining({ type: 'transactionid', transactionId: rows[0].xid }),
  );
  expect(lockRequests).toContainEqual(
    expect.objectContaining({ pid, type: 'tuple', relation: 'public.hot', row: '0/1' }),
  );
  await holder.query('rollback');
  expect(await Promise.all([first, second])).toEqual(['completed', 'completed']);
});

test('who blocks others is read although fifty sessions are older', { timeout: 60_000 }, async () => {
  await using many = await startAppServer({ max_connections: 80 });
  await using databases = await startDatabases({ url: secret(many.url('bot')) });
  await using stack = new AsyncDisposableStack();
  for (let index = 0; index < 52; index += 1) {
    const older = stack.use(await connect(many.url('app'), 'older'));
    await older.query('begin; select 1');
  }
  await using holder = await connect(many.url('app'), 'young-holder');
  await using waiter = await connect(many.url('app'), 'waiter');
  await holder.query('create table cart (id int)');
  await holder.query('begin; lock table cart');
  const waiting = run(waiter, 'select * from cart');
  const found = await sessionOf(databases, 'young-holder');
  expect(found.state).toBe('idle in transaction');
  const { sessions } = await databases.snapshot('shop', 'primary', signal);
  expect(sessions).toHaveLength(50);
  expect(sessions.at(-1)?.pid).toBe(found.pid);
  await holder.query('rollback');
  expect(await waiting).toBe('completed');
});

test('sooner calls share the reading under way and the last one', async () => {
  await using databases = await startDatabases(
    { url: secret(app.url('bot')) },
    { snapshotIntervalMs: 60_000 },
  );
  const [one, two] = await Promise.all([
    databases.snapshot('shop', 'primary', signal),
    databases.snapshot('shop', 'primary', signal),
  ]);
  expect(two).toBe(one);
  expect(await databases.snapshot('shop', 'primary', signal)).toBe(one);
});

test('a text cut by track_activity_query_size loses its half literal', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await using client = await connect(app.url('app'), 'long-text');
  const end = run(client, `select pg_sleep(20) as nap, 'start ${'geheim '.repeat(200)}'`);
  const session = await sessionOf(databases, 'long-text', ({ state }) => state === 'active');
  expect(session.sql).toBe('select pg_sleep(?) as nap, …');
  await query(app.server().url(), `select pg_terminate_backend(${session.pid})`);
  expect(await end).toBe('57P01');
});

test('a role without pg_monitor is told which GRANT is missing instead of being shown half of the sessions', async () => {
  await using databases = await startDatabases({ url: secret(app.url('nobody_special')) });
  await using client = await connect(app.url('app'), 'hidden');
  await client.query('begin');
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-permission',
    hint: expect.stringContaining('GRANT pg_monitor, pg_signal_backend TO "nobody_special"'),
  });
});

test('an unknown database or server is an error that names the known ones', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await expect(databases.snapshot('shop', 'replica-9', signal)).rejects.toMatchObject({
    code: 'database-error',
    hint: 'Use one of: primary.',
  });
  expect(() => databases.get('nope')).toThrow('Database nope is not configured.');
});

test('an aborted caller is released at once', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  const controller = new AbortController();
  const reading = databases.snapshot('shop', 'primary', controller.signal);
  controller.abort(new Error('run aborted'));
  await expect(reading).rejects.toThrow('run aborted');
});
