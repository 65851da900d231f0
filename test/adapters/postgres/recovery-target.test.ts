import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { eventually, query } from '../embedded-postgres/support.ts';
import { secret, signal, startAppServer, startDatabases } from './support.ts';

test('replay that has reached its recovery target is not resumed, whoever asks: the standby would become a primary', {
  timeout: 60_000,
}, async () => {
  await using app = await startAppServer();
  const primary = app.server();
  await query(primary.url({ database: 'appdb' }), 'grant execute on function pg_wal_replay_resume() to bot');
  const [ahead] = await query<{ lsn: string }>(
    primary.url(),
    'select pg_current_wal_lsn() + 33554432 as lsn',
  );
  await using replica = await startReplica(primary, {
    dataDirectory: join(app.directory, 'replica'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all all 127.0.0.1/32 trust'],
    applicationName: 'replica-1',
    settings: { recovery_target_lsn: ahead?.lsn ?? '', recovery_target_action: 'pause' },
  });
  await using databases = await startDatabases({
    url: secret(app.url('bot')),
    replicas: [
      {
        name: 'replica-1',
        url: secret(replica.url({ user: 'bot', database: 'appdb', password: 'unused' })),
      },
    ],
  });
  // Each switch skips what is left of a segment of 16 MiB.
  for (const name of ['one', 'two', 'three', 'four'])
    await query(primary.url(), `create table ${name} (); select pg_switch_wal()`);
  await eventually('it has reached its target', async () => {
    const { replayPaused } = await databases.replicaStatus('shop', 'replica-1', signal);
    return replayPaused;
  });
  const status = await databases.replicaStatus('shop', 'replica-1', signal);
  expect(status).toMatchObject({
    mayResume: true,
    recoveryTarget: expect.stringContaining(ahead?.lsn ?? '-'),
  });
  const pause = { startedAt: status.startedAt, replayPosition: status.replayPosition ?? 0 };
  expect(await databases.resumeReplay('shop', 'replica-1', pause, signal)).toBe('refused:recovery_target');
  expect(await databases.replicaStatus('shop', 'replica-1', signal)).toMatchObject({
    inRecovery: true,
    replayPaused: true,
  });
});
