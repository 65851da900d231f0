import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresServer } from '../../../src/adapters/embedded-postgres/server.ts';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { ReplicaStatus } from '../../../src/domain/replica.ts';
import { Snapshot } from '../../../src/domain/snapshot.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { installedMajors } from './majors.ts';
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

test('at least two major versions are tested', () => {
  expect(installedMajors.length).toBeGreaterThanOrEqual(process.platform === 'linux' ? 2 : 1);
});

describe.each(installedMajors)('PostgreSQL $major', ({ major, package: name }) => {
  const version = name === undefined ? {} : { package: name };
  let app: AppServer;
  let replica: PostgresServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;
  const replicaUrl = (user: string) => replica.url({ user, database: 'appdb', password: 'unused' });

  beforeAll(async () => {
    app = await startAppServer({ max_connections: 20, max_prepared_transactions: 2 }, version);
    replica = await startReplica(app.server(), {
      ...version,
      dataDirectory: join(app.directory, 'replica'),
      listen: { host: '127.0.0.1', port: 0 },
      hba: ['host all all 127.0.0.1/32 trust'],
      applicationName: 'replica-1',
    });
    databases = await startDatabases({
      url: secret(app.url('bot')),
      replicas: [{ name: 'replica-1', url: secret(replicaUrl('bot')) }],
    });
  });
  afterAll(async () => {
    await databases.stop();
    await replica.stop();
    await app[Symbol.asyncDispose]();
  });

  test('replay, what it waits for, and slots are read, and exactly this pause is resumed', async () => {
    await query(replica.url(), 'select pg_wal_replay_pause()');
    await query(app.server().url(), `select pg_create_physical_replication_slot('dr', true)`);
    await query(app.url('app'), 'create table grown as select g from generate_series(1, 20000) g');
    await eventually('replay waits', async () => {
      const status = await databases.replicaStatus('shop', 'replica-1', signal);
      return status.replayWait?.event === 'RecoveryPause' && (status.replayBytes ?? 0) > 500_000;
    });
    const status = ReplicaStatus.parse(await databases.replicaStatus('shop', 'replica-1', signal));
    expect(status).toMatchObject({
      replayPaused: true,
      patienceSeconds: 30,
      applyDelaySeconds: 0,
      recoveryTarget: null,
      mayResume: false,
      receiver: { status: 'streaming' },
    });
    const snapshot = await databases.snapshot('shop', 'primary', signal);
    expect(snapshot.slotsRetaining).toMatchObject([{ name: 'dr', active: false, walStatus: 'reserved' }]);
    expect(snapshot.slotsRetaining[0]?.inactiveSeconds !== null).toBe(major >= 17);
    expect(snapshot.standbys).toMatchObject([{ kind: 'standby', flushBytes: 0 }]);
    const pause = { startedAt: status.startedAt, replayPosition: status.replayPosition ?? 0 };
    await expect(databases.resumeReplay('shop', 'replica-1', pause, signal)).rejects.toMatchObject({
      code: 'database-permission',
      hint: expect.stringContaining('GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO "bot"') as string,
    });
    await query(app.server().url(), `select pg_drop_replication_slot('dr')`);
    await query(replica.url(), 'select pg_wal_replay_resume()');
  });

  test('the snapshot has its shape, and its lock waiters name a prepared transaction', async () => {
    await using holder = await connect(app.url('app'), 'holder');
    await using waiter = await connect(app.url('app'), 'waiter');
    await holder.query('create table cart (id int)');
    await holder.query('begin');
    await holder.query('lock table cart');
    const waiting = run(waiter, 'select * from cart');
    const blocked = await sessionOf(databases, 'waiter', ({ waitEventType }) => waitEventType === 'Lock');
    const blocker = await sessionOf(databases, 'holder');
    const snapshot = Snapshot.parse(await databases.snapshot('shop', 'primary', signal));
    expect(Math.floor(snapshot.versionNumber / 10_000)).toBe(major);
    expect(snapshot.lockWaiters).toEqual([{ pid: blocked.pid, blockers: [blocker.pid] }]);
    expect(snapshot.slots).toMatchObject({ max: 20, superuserReserved: 3, reserved: 0 });
    expect(snapshot.standbys).toMatchObject([{ applicationName: 'replica-1', state: 'streaming' }]);
    expect(snapshot.sessions.map(({ protectedBy }) => protectedBy)).toEqual([[], []]);
    await holder.query(`prepare transaction 'left behind'`);
    await eventually('the prepared transaction as blocker', async () => {
      const { lockWaiters, prepared } = await databases.snapshot('shop', 'primary', signal);
      return prepared.length === 1 && lockWaiters[0]?.blockers[0] === 0;
    });
    await holder.query(`rollback prepared 'left behind'`);
    expect(await waiting).toBe('completed');
  });

  test('a query is cancelled, an idle transaction terminated, and neither is mistaken for its successor', async () => {
    await using client = await connect(app.url('app'), 'to-signal');
    const end = run(client, 'select pg_sleep(30)');
    const session = await sessionOf(databases, 'to-signal', ({ state }) => state === 'active');
    const send = async (how: 'cancel' | 'terminate', identity = session) =>
      (await databases.signalBackend('shop', { server: 'primary', identity, how, guard }, signal)).verdict;
    expect(await databases.alive('shop', 'primary', [session], signal)).toEqual([session]);
    const earlier = { ...session, backendStart: '2020-01-01 00:00:00.000001+00' };
    expect(await send('terminate', earlier)).toBe('refused:pid_reused');
    expect(await send('cancel', { ...session, queryStart: session.backendStart })).toBe(
      'refused:query_changed',
    );
    expect(await send('terminate', { ...session, serverStart: session.backendStart })).toBe(
      'refused:server_changed',
    );
    expect(await send('cancel')).toBe('ok');
    expect(await end).toBe('57014');
    await client.query('begin');
    const idle = await sessionOf(databases, 'to-signal', ({ state }) => state === 'idle in transaction');
    expect(await send('terminate')).toBe('refused:transaction_changed');
    expect(await send('cancel', idle)).toBe('refused:not_active:idle in transaction');
    expect(await send('terminate', idle)).toBe('ok');
    await eventually('the session gone', async () => (await send('terminate', idle)) === 'gone');
    expect(await databases.alive('shop', 'primary', [idle], signal)).toEqual([]);
  });

  test('a standby says how far behind it is, and its sessions can be cancelled', async () => {
    await query(replica.url(), 'select pg_wal_replay_pause()');
    await query(
      app.url('app'),
      'create table log as select g, repeat(md5(g::text), 10) from generate_series(1, 3000) g',
    );
    await eventually('bytes received and not replayed', async () => {
      const status = await databases.replicaStatus('shop', 'replica-1', signal);
      const { standbys } = await databases.snapshot('shop', 'primary', signal);
      return (
        status.inRecovery &&
        status.replayPaused &&
        (status.replayBytes ?? 0) > 500_000 &&
        (standbys[0]?.replayBytes ?? 0) > 500_000
      );
    });
    await using client = await connect(replicaUrl('app'), 'metabase');
    const end = run(client, 'select pg_sleep(30)');
    const identity = await sessionOf(databases, 'metabase', ({ state }) => state === 'active', 'replica-1');
    const request = { server: 'replica-1', identity, how: 'cancel', guard } as const;
    expect(await databases.signalBackend('shop', request, signal)).toMatchObject({ verdict: 'ok' });
    expect(await end).toBe('57014');
    await query(replica.url(), 'select pg_wal_replay_resume()');
    await eventually('everything replayed', async () => {
      const status = await databases.replicaStatus('shop', 'replica-1', signal);
      return status.replayBytes === 0 && status.replaySeconds === 0 && !status.replayPaused;
    });
  });
});
