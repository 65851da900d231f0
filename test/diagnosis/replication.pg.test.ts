import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { eventually } from '../adapters/embedded-postgres/support.ts';
import { run } from '../adapters/postgres/support.ts';
import { recordFixture } from '../support/diagnosis-fixtures.ts';
import { cronJob, job, pod } from '../support/fixtures.ts';
import { provokedOn, type ReplicaScene, startReplicaScene } from '../support/replica-scene.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/replication.pg.test.ts';

const report = { user: 'report_generator', application: 'report-generator', address: '127.0.7.11' };
const dashboards = { user: 'dashboards', application: 'dashboards', address: '127.0.6.1' };
const cluster = {
  podsByIp: {
    [report.address]: [pod(report.address)],
    [dashboards.address]: [
      pod(dashboards.address, {
        namespace: 'bi',
        name: 'dashboards-7f9c-abcde',
        owners: [
          { kind: 'ReplicaSet', name: 'dashboards-7f9c', uid: 'rs-d' },
          { kind: 'Deployment', name: 'dashboards', uid: 'dep-d' },
        ],
      }),
    ],
  },
  cronJobs: [cronJob()],
  jobs: [job('report-generator-28861356')],
};
const pids = (ids: readonly string[]) => ids.map((id) => Number(id.split('/')[0]));
const pidOf = async (client: { query(sql: string): Promise<{ rows: { pid: number }[] }> }) =>
  (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;

let scene: ReplicaScene;
beforeAll(async () => {
  scene = await startReplicaScene();
});
afterAll(() => scene[Symbol.asyncDispose]());
afterEach(() => scene.calm());

it('replay-conflict: names the session with the oldest snapshot, not the one that came later', {
  timeout: 90_000,
}, async () => {
  const reader = await scene.client(report);
  const reading = await pidOf(reader);
  void run(reader, 'select pg_sleep(300), (select count(*) from ledger)');
  await eventually('the reader holds a snapshot', async () => {
    const { sessions } = await scene.databases.snapshot('shop', 'replica-1', new AbortController().signal);
    return sessions.some(({ pid, snapshotAge }) => pid === reading && snapshotAge !== null);
  });
  await scene.asSuperuser('delete from ledger where id % 2 = 0');
  await scene.replayed();
  const later = await scene.client(dashboards);
  void run(later, 'select pg_sleep(300), (select count(*) from ledger)');
  await scene.asSuperuser('vacuum ledger');
  await scene.write(20);
  const found = await provokedOn(scene, {
    fixture: 'replay-conflict',
    cause: 'replay-conflict',
    recordedBy,
    cluster,
  });
  expect(found).toMatchObject({
    kind: 'replay-conflict',
    server: 'replica-1',
    culprit: { kind: 'CronJob', name: 'report-generator' },
  });
  expect(pids(found.rootSessions)).toEqual([reading]);
  expect(found.evidence.join(' ')).toContain('IPC/RecoveryConflictSnapshot');
  expect(found.helps[0]).toContain('Suspend CronJob analytics/report-generator');
});

it('replay-conflict with a lock: names who holds it, not another idle transaction', {
  timeout: 90_000,
}, async () => {
  const holder = await scene.client(dashboards);
  const holding = await pidOf(holder);
  await holder.query('begin; select * from staging');
  const innocent = await scene.client(report);
  await innocent.query('begin; select count(*) from ledger');
  await scene.asSuperuser('truncate staging');
  await scene.write(20);
  const found = await provokedOn(scene, {
    fixture: 'replay-conflict-lock',
    cause: 'replay-conflict',
    recordedBy,
    cluster,
  });
  expect(found).toMatchObject({
    kind: 'replay-conflict',
    culprit: { kind: 'Deployment', name: 'dashboards' },
  });
  expect(pids(found.rootSessions)).toEqual([holding]);
});

it('replay-paused: nobody on the replica is to blame, whatever runs there', { timeout: 90_000 }, async () => {
  await scene.asSuperuser('select pg_wal_replay_pause()', 'replica');
  await scene.write(20);
  await scene.busy(dashboards, 1, 'replica', 'select pg_sleep(300)');
  const found = await provokedOn(scene, {
    fixture: 'replay-paused',
    cause: 'replay-paused',
    recordedBy,
    cluster,
  });
  await scene.asSuperuser('select pg_wal_replay_resume()', 'replica');
  expect(found).toMatchObject({
    kind: 'replay-paused',
    server: 'replica-1',
    culprit: null,
    rootSessions: [],
  });
  expect(found.settles.join(' ')).toContain('Who paused it');
});

it('replica-overloaded: names who loads the replica, while the primary is well', {
  timeout: 90_000,
}, async () => {
  await scene.busy(dashboards, 3);
  await scene.busy(report, 1, 'primary', 'select pg_sleep(300)');
  const found = await provokedOn(scene, {
    fixture: 'replica-overloaded',
    cause: 'replica-overloaded',
    recordedBy,
    cluster,
  });
  expect(found).toMatchObject({
    kind: 'replica-overloaded',
    server: 'replica-1',
    culprit: { kind: 'Deployment', name: 'dashboards' },
  });
  expect(found.rootSessions).toHaveLength(3);
});

it('replication-interrupted: a replica that cannot reach its primary blames nobody, whatever runs on either', {
  timeout: 90_000,
}, async () => {
  await scene.busy(report, 1, 'replica', 'select pg_sleep(300)');
  await scene.asSuperuser(
    `alter system set primary_conninfo = 'host=127.0.0.1 port=1 application_name=replica-1'`,
    'replica',
  );
  await scene.asSuperuser('select pg_reload_conf()', 'replica');
  await scene.write(2);
  const found = await provokedOn(scene, {
    fixture: 'replication-interrupted',
    cause: 'replication-interrupted',
    recordedBy,
    cluster,
  });
  await scene.asSuperuser('alter system reset primary_conninfo', 'replica');
  await scene.asSuperuser('select pg_reload_conf()', 'replica');
  expect(found).toMatchObject({ kind: 'replication-interrupted', culprit: null, rootSessions: [] });
  expect(found.evidence).toContain('Replica replica-1 runs, but receives from no primary.');
  expect(found.wontHelp.join(' ')).toContain('Dropping its slot');
});

it('replication-slot-retaining: names the slot and what it keeps, and never says to drop it first', {
  timeout: 90_000,
}, async () => {
  await scene.asSuperuser(`select pg_create_physical_replication_slot('old_dr', true)`);
  await scene.write(90);
  await scene.asSuperuser('checkpoint');
  const facts = await scene.facts(cluster);
  expect(facts.snapshot.slotsRetaining).toMatchObject([
    {
      name: 'old_dr',
      type: 'physical',
      active: false,
      walStatus: 'extended',
      safeBytes: null,
      consumer: null,
    },
  ]);
  expect(facts.snapshot.wal).toMatchObject({ maxBytes: 64 * 1024 * 1024, slotKeepBytes: null });
  // On PostgreSQL 17 and later a slot that was used a moment ago is not blamed yet: it is made older.
  const slotsRetaining = facts.snapshot.slotsRetaining.map((slot) => ({ ...slot, inactiveSeconds: 3600 }));
  const aged = { ...facts, snapshot: { ...facts.snapshot, slotsRetaining } };
  const [top] = diagnose(aged);
  recordFixture('replication-slot-retaining', {
    recordedBy,
    expect: { cause: 'replication-slot-retaining', culprit: 'application old_dr', roots: [] },
    facts: aged,
  });
  expect(top).toMatchObject({
    kind: 'replication-slot-retaining',
    culprit: { name: 'old_dr' },
    rootSessions: [],
  });
  expect(top?.helps[0]).toContain('Bring its consumer back');
  await scene.asSuperuser(`select pg_drop_replication_slot('old_dr')`);
});

it('an idle primary is no lag, however long ago the last transaction was', { timeout: 90_000 }, async () => {
  await scene.replayed();
  const found = await provokedOn(scene, {
    fixture: 'replica-idle',
    cause: 'nothing-wrong',
    recordedBy,
    cluster,
  });
  expect(found.kind).toBe('nothing-wrong');
  const facts = await scene.facts(cluster);
  expect(facts.replicas).toMatchObject([
    { replayBytes: 0, replaySeconds: 0, receiver: { status: 'streaming' } },
  ]);
});

it('a backup that streams from the primary is no standby', { timeout: 90_000 }, async () => {
  const { default: pg } = await import('pg');
  const backup = new pg.Client({
    connectionString: scene.app.server().url(),
    application_name: 'pg_basebackup',
    replication: 'true',
  } as ConstructorParameters<typeof pg.Client>[0]);
  backup.on('error', () => {});
  await backup.connect();
  const over = backup.query(`BASE_BACKUP (CHECKPOINT 'fast', MAX_RATE 32)`).catch(() => undefined);
  await eventually('the backup streams', async () => {
    const { standbys } = await scene.databases.snapshot('shop', 'primary', new AbortController().signal);
    return standbys.some(
      ({ kind, applicationName }) => kind === 'backup' && applicationName === 'pg_basebackup',
    );
  });
  const facts = await scene.facts(cluster);
  expect(diagnose(facts).map(({ kind }) => kind)).toEqual(['nothing-wrong']);
  backup.connection.stream.destroy();
  await over;
});
