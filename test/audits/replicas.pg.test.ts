import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReplica } from '../../src/adapters/embedded-postgres/start-replica.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { connect, secret, signal, startAppServer, startDatabases } from '../adapters/postgres/support.ts';
import { auditsOf } from './run-audits.ts';
import { withReplica } from './with-replica.ts';

const audits = await loadAudits();

/** What the audits of this file find, as `audit: subject`. */
async function found(primary: string, replica: string | null) {
  await using databases = await startDatabases({
    url: secret(primary),
    replicas: replica === null ? [] : [{ name: 'replica-1', url: secret(replica) }],
  });
  const running = auditsOf(
    databases,
    audits.filter(({ id }) => withReplica.includes(id)),
  );
  const { findings, notChecked } = await running.run('shop', signal);
  return {
    found: findings.map(({ audit, subject }) => `${audit}: ${subject}`),
    evidence: findings.map(({ evidence }) => evidence).join('\n'),
    notChecked: notChecked.map(({ audit, because }) => `${audit}: ${because}`).sort(),
  };
}

test('no replica, one that nobody reads, one that is far behind, one that serves readers', async () => {
  await using app = await startAppServer();
  expect(await found(app.url('bot'), null)).toEqual({
    found: ['no-replica: database shop'],
    evidence: 'No standby streams from the primary (pg_stat_replication).',
    notChecked: ['idle-replica: not-configured', 'replication-lag: not-configured'],
  });

  await using replica = await startReplica(app.server(), {
    dataDirectory: join(app.directory, 'replica'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all all 127.0.0.1/32 trust'],
    applicationName: 'replica-1',
  });
  const url = (user: string) => replica.url({ user, database: 'appdb', password: 'unused' });
  await expect
    .poll(async () => (await found(app.url('bot'), url('bot'))).found, { timeout: 20_000 })
    .toEqual(['idle-replica: replica replica-1']);

  await using reader = await connect(url('app'), 'metabase');
  await reader.query('select 1');
  expect(await found(app.url('bot'), url('bot'))).toEqual({ found: [], evidence: '', notChecked: [] });

  await query(replica.url({ database: 'appdb' }), 'select pg_wal_replay_pause()');
  const paused = await found(app.url('bot'), url('bot'));
  expect(paused.found).toEqual(['replication-lag: replica replica-1']);
  expect(paused.evidence).toContain('replay is paused');

  await replica.stop();
  const gone = await found(app.url('bot'), url('bot'));
  expect(gone.found).toEqual(['no-replica: database shop']);
  expect(gone.notChecked).toEqual(['idle-replica: unreadable', 'replication-lag: unreadable']);
});
