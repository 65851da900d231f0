import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { connect, guard, run, secret, sessionOf, signal, startAppServer, startDatabases } from './support.ts';

test('a replica that does not replay is measured in bytes on both sides, and its sessions can be signalled', async () => {
  await using app = await startAppServer({ max_connections: 20 });
  await using replica = await startReplica(app.server(), {
    dataDirectory: join(app.directory, 'replica'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all all 127.0.0.1/32 trust'],
    applicationName: 'replica-1',
    settings: { hot_standby_feedback: 'off' },
  });
  const replicaUrl = replica.url({ user: 'bot', database: 'appdb', password: 'unused' });
  await using databases = await startDatabases({
    url: secret(app.url('bot')),
    replicas: [{ name: 'replica-1', url: secret(replicaUrl) }],
  });
  expect(databases.list()).toEqual([
    { name: 'shop', service: 'checkout', cores: 2, shedFirst: [], replicas: ['replica-1'] },
  ]);

  await eventually('everything replayed', async () => {
    const status = await databases.replicaStatus('shop', 'replica-1', signal);
    return status.replayBytes === 0 && status.replaySeconds === 0 && !status.replayPaused;
  });
  await query(replica.url(), 'select pg_wal_replay_pause()');
  await query(
    app.url('app'),
    'create table log as select g, repeat(md5(g::text), 10) from generate_series(1, 3000) g',
  );
  await eventually('bytes behind, seen from the primary', async () => {
    const { standbys } = await databases.snapshot('shop', 'primary', signal);
    return standbys[0]?.applicationName === 'replica-1' && (standbys[0].replayBytes ?? 0) > 500_000;
  });
  await eventually('bytes received and not replayed, seen from the replica', async () => {
    const status = await databases.replicaStatus('shop', 'replica-1', signal);
    return status.inRecovery && status.replayPaused && (status.replayBytes ?? 0) > 500_000;
  });
  expect(await databases.replicaStatus('shop', 'primary', signal)).toMatchObject({
    inRecovery: false,
    replayPaused: false,
    replayBytes: null,
  });

  await using client = await connect(
    replica.url({ user: 'app', database: 'appdb', password: 'unused' }),
    'metabase',
  );
  const end = run(client, 'select pg_sleep(30)');
  const session = await sessionOf(databases, 'metabase', ({ state }) => state === 'active', 'replica-1');
  expect(await databases.snapshot('shop', 'replica-1', signal)).toMatchObject({
    inRecovery: true,
    cores: null,
  });
  const request = { server: 'replica-1', identity: session, how: 'cancel', guard } as const;
  expect(await databases.signalBackend('shop', request, signal)).toMatchObject({ verdict: 'ok' });
  expect(await end).toBe('57014');
  await query(replica.url(), 'select pg_wal_replay_resume()');
});
