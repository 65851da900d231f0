import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFirebreakError } from '../../../src/domain/errors.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
  guard,
  run,
  secret,
  sessionOf,
  signal,
  silent,
  startAppServer,
  startDatabases,
} from './support.ts';

let app: AppServer;
beforeEach(async () => {
  app = await startAppServer({ max_connections: 12 });
});
afterEach(() => app[Symbol.asyncDispose]());

const ownPids = `select pid from pg_stat_activity where application_name = 'firebreak' order by pid`;

async function pidOfReader(): Promise<number> {
  const rows = await query<{ pid: number }>(
    app.server().url(),
    `select pid from pg_stat_activity where application_name = 'firebreak' and datname = 'appdb'`,
  );
  const pid = rows[0]?.pid;
  if (pid === undefined) throw new Error('no standing session for reading');
  return pid;
}

test('with every slot taken the standing sessions still read and signal, a newcomer learns how to get in', async () => {
  await using standing = await startDatabases({ url: secret(app.url('bot')) });
  await using stack = new AsyncDisposableStack();
  const sleeper = stack.use(await connect(app.url('app'), 'culprit'));
  const end = run(sleeper, 'select pg_sleep(60)');
  for (let slot = 0; slot < 6; slot += 1) stack.use(await connect(app.url('app'), 'filler'));
  await expect(connect(app.url('app'))).rejects.toMatchObject({ code: '53300' });

  await using late = await startDatabases({ url: secret(app.url('bot')) });
  await expect(late.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-full',
    retryable: true,
    hint: expect.stringContaining('tries again twice a second'),
    situation: {
      known: [
        { value: 'none since Firebreak started' },
        { value: expect.stringMatching(/tried \d+ times? since/) },
      ],
      next: expect.arrayContaining([
        expect.objectContaining({
          text: expect.stringContaining('exec -it <primary pod> -- psql -U postgres'),
        }),
        expect.objectContaining({
          text: expect.stringMatching(
            /GRANT pg_use_reserved_connections TO "bot";\nALTER DATABASE "appdb" CONNECTION LIMIT/,
          ),
        }),
      ]),
    },
  });
  expect(late.health()).toMatchObject([
    { purpose: 'read', up: false, problem: { code: 'database-full' } },
    { purpose: 'signal', up: false, problem: { code: 'database-full' } },
  ]);

  const culprit = await sessionOf(standing, 'culprit');
  const request = { server: 'primary', identity: culprit, how: 'terminate', guard } as const;
  expect(await standing.signalBackend('shop', request, signal)).toMatchObject({ verdict: 'ok' });
  expect(await end).toBe('57P01');
  await stack.disposeAsync();
  await eventually('the late one in by itself', async () => late.health().every(({ up }) => up));
});

test('the way in that is told frees one slot, and Firebreak is in', async () => {
  await using stack = new AsyncDisposableStack();
  for (let slot = 0; slot < 9; slot += 1) stack.use(await connect(app.url('app'), 'filler'));
  await using late = await startDatabases({ url: secret(app.url('bot')) });
  const full = await late.snapshot('shop', 'primary', signal).catch((error: unknown) => error);
  if (!isFirebreakError(full)) throw new Error('it was not full');
  const lines = full.situation?.next.map(({ text }) => text) ?? [];
  const [holders, free] = lines.filter((text) => text.startsWith('SELECT'));
  // A superuser has slots that are kept for them.
  expect(await query(app.server().url(), holders ?? '')).toMatchObject([
    { application_name: 'filler', count: '9' },
  ]);
  expect(await query(app.server().url(), free ?? '')).toMatchObject([{ pg_terminate_backend: true }]);
  await eventually('one session of Firebreak', async () => late.health().some(({ up }) => up));
});

test('a role at its own limit is told so', async () => {
  await query(app.server().url(), 'alter role bot connection limit 1');
  await using _other = await connect(app.url('bot'), 'someone-else');
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-full',
    hint: expect.stringContaining('ALTER ROLE "bot" CONNECTION LIMIT'),
  });
});

test('a full target database is entered through the database postgres', async () => {
  await query(app.server().url(), 'alter database appdb connection limit 1');
  await using client = await connect(app.url('app'), 'only-one');
  await using databases = await startDatabases({ url: secret(app.url('bot')) });
  expect(databases.health()).toMatchObject([
    { purpose: 'read', up: true, connectedTo: 'postgres', problem: null },
    { purpose: 'signal', up: true, connectedTo: 'postgres', problem: null },
  ]);
  await client.query('begin');
  expect(await sessionOf(databases, 'only-one')).toMatchObject({ state: 'idle in transaction' });
});

test('statement_timeout of PostgreSQL is a database-timeout and keeps the session', async () => {
  await using databases = await startDatabases({ url: secret(app.url('bot')) }, { statementTimeoutMs: 1 });
  const before = await query(app.server().url(), ownPids);
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-timeout',
  });
  expect(await query(app.server().url(), ownPids)).toEqual(before);
});

test('a frozen session is given up after the query timeout and replaced by a new one', async () => {
  await using databases = await startDatabases(
    { url: secret(app.url('bot')) },
    { statementTimeoutMs: 1_000, queryTimeoutMs: 300 },
  );
  const frozen = await pidOfReader();
  const { startedAt: serverStart } = await databases.snapshot('shop', 'primary', signal);
  process.kill(frozen, 'SIGSTOP');
  try {
    const [first, second] = await Promise.allSettled([
      databases.snapshot('shop', 'primary', signal),
      databases.alive(
        'shop',
        'primary',
        [{ serverStart, pid: 1, backendStart: '2020-01-01', xactStart: null, queryStart: null }],
        signal,
      ),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'database-timeout' } });
    expect(second, 'the other session is not held up').toEqual({ status: 'fulfilled', value: [] });
    await eventually('a reading through a new session', async () => {
      const snapshot = await databases.snapshot('shop', 'primary', signal);
      return snapshot.database === 'shop';
    });
  } finally {
    process.kill(frozen, 'SIGCONT');
  }
});

test('a server that is down at the start or restarts is no failure: the sessions come back', async () => {
  const url = secret(app.url('bot'));
  await using databases = await startDatabases({ url });
  await using late = await startDatabases({ url: secret(app.url('bot')) });
  await late.stop();
  await app.restart(async () => {
    await eventually('the loss noticed', async () => databases.health().every(({ up }) => !up));
    await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
      code: 'database-unreachable',
      retryable: true,
    });
    await late.start();
    expect(late.health()[0]).toMatchObject({ up: false, problem: { code: 'database-unreachable' } });
  });
  for (const one of [databases, late]) {
    await eventually('both sessions open by themselves', async () => one.health().every(({ up }) => up));
    expect(await one.snapshot('shop', 'primary', signal)).toMatchObject({ inRecovery: false });
    expect(one.health().map(({ problem }) => problem)).toEqual([null, null]);
  }
});

test('uses two sessions per server and closes them when stopped', async () => {
  const databases = await startDatabases({ url: secret(app.url('bot')) });
  expect(await query(app.server().url(), ownPids)).toHaveLength(2);
  expect(databases.health()).toMatchObject([
    { purpose: 'read', connectedTo: 'appdb' },
    { purpose: 'signal', connectedTo: 'postgres' },
  ]);
  await databases.stop();
  await eventually('no session left', async () => (await query(app.server().url(), ownPids)).length === 0);
  await expect(databases.snapshot('shop', 'primary', signal)).rejects.toMatchObject({
    code: 'database-unreachable',
  });
});

test('after a slow reading the cheap probe comes first', async () => {
  const probes: unknown[] = [];
  const logger = { ...silent, info: (fields: object) => probes.push(fields) };
  await using databases = await startDatabases({ url: secret(app.url('bot')) }, { logger });
  const pid = await pidOfReader();
  process.kill(pid, 'SIGSTOP');
  const slow = databases.snapshot('shop', 'primary', signal);
  await new Promise((resolve) => setTimeout(resolve, 600));
  process.kill(pid, 'SIGCONT');
  expect((await slow).tookMs).toBeGreaterThan(500);
  expect(probes).toEqual([]);
  await databases.snapshot('shop', 'primary', signal);
  expect(probes).toEqual([
    { database: 'shop', server: 'primary', busy: 0, on_cpu: 0, lock_waiting: 0, oldest_seconds: null },
  ]);
});

test('signals through the URL that is configured for it', async () => {
  const killUrl = secret(app.url('bot', 'template1'));
  await using databases = await startDatabases({ url: secret(app.url('bot')), killUrl });
  expect(databases.health()).toMatchObject([{ connectedTo: 'appdb' }, { connectedTo: 'template1' }]);
});

test.each([
  ['nosuchrole', 'appdb', 'database-permission', 'GRANT CONNECT ON DATABASE "appdb" TO "nosuchrole"'],
  ['bot', 'nosuchdb', 'database-error', 'there is no database "nosuchdb"'],
])('a wrong URL (%s to %s) is explained', async (user, database, code, hint) => {
  await using databases = await startDatabases({ url: secret(app.url(user, database)) });
  const [read] = databases.health();
  if (database === 'nosuchdb') expect(read).toMatchObject({ up: true, connectedTo: 'postgres' });
  else expect(read?.problem).toMatchObject({ code, hint: expect.stringContaining(hint) });
});

test('a ping that PostgreSQL refuses does not end the care for the session', async () => {
  const failed: unknown[] = [];
  const warn = (fields: unknown, message?: string) =>
    void (message === 'A statement on a monitored database failed.' && failed.push(fields));
  const logger = { ...silent, warn };
  await using databases = await startDatabases({ url: secret(app.url('bot')) }, { logger, pingMs: 5 });
  const pid = await pidOfReader();
  // One of many cancels meets a ping.
  const cancels = `select count(pg_cancel_backend(${pid})) from generate_series(1, 20000)`;
  await eventually('a ping that is cancelled', async () => {
    await query(app.server().url(), cancels);
    return failed.length > 0;
  });
  const pingedAt = `select extract(epoch from query_start)::float8 as at from pg_stat_activity where pid = ${pid}`;
  const [before] = await query<{ at: number }>(app.server().url(), pingedAt);
  await eventually('further pings', async () => {
    const [now] = await query<{ at: number }>(app.server().url(), pingedAt);
    return (now?.at ?? 0) > (before?.at ?? 0) + 0.1;
  });
  expect(databases.health().every(({ up }) => up)).toBe(true);
});
