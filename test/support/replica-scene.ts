import { join } from 'node:path';
import pg from 'pg';
import { startReplica } from '../../src/adapters/embedded-postgres/start-replica.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { type Cause, culpritName } from '../../src/domain/cause.ts';
import type { ClusterFacts } from '../../src/domain/cluster.ts';
import { gatherFacts } from '../../src/steps/shared/facts/gather-facts.ts';
import { eventually, query } from '../adapters/embedded-postgres/support.ts';
import { run, secret, signal, startAppServer, startDatabases } from '../adapters/postgres/support.ts';
import { recordFixture } from './diagnosis-fixtures.ts';
import { cluster } from './fixtures.ts';
import { createWorld } from './ports.ts';
import { fromAddress, HEAVY, type Who } from './real-scene.ts';

/** Small segments of work for a log that grows by some megabytes and a checkpoint that notices it. */
const SETTINGS = { max_wal_size: '64MB', min_wal_size: '32MB', compute_query_id: 'on', max_connections: 40 };

type ServerName = 'primary' | 'replica';

/** A real primary with a real streaming replica `replica-1`, and clients at addresses of their own on either. */
export async function startReplicaScene(replicaSettings: Record<string, string | number> = {}) {
  const stack = new AsyncDisposableStack();
  const app = stack.use(await startAppServer(SETTINGS));
  await query(
    app.url('app'),
    `create table ledger as select g as id, repeat(md5(g::text), 4) as note from generate_series(1, 30000) g;
     create table staging (id int)`,
  );
  const replica = stack.use(
    await startReplica(app.server(), {
      dataDirectory: join(app.directory, 'replica'),
      listen: { host: '127.0.0.1', port: 0 },
      hba: ['host all all 127.0.0.0/8 trust'],
      applicationName: 'replica-1',
      settings: {
        ...SETTINGS,
        hot_standby_feedback: 'off',
        max_standby_streaming_delay: '10min',
        ...replicaSettings,
      },
    }),
  );
  const replicaUrl = (user: string) => replica.url({ user, database: 'appdb', password: 'unused' });
  const databases = stack.use(
    await startDatabases({
      url: secret(app.url('bot')),
      replicas: [{ name: 'replica-1', url: secret(replicaUrl('bot')), cores: 2 }],
    }),
  );
  const roles = new Set(['app', 'bot', 'payments', 'nobody_special']);
  const url = (user: string, server: ServerName) => (server === 'primary' ? app.url(user) : replicaUrl(user));

  const scene = {
    app,
    replica,
    databases,
    /** Runs statements as superuser in the application's database. */
    asSuperuser: async (sql: string, server: ServerName = 'primary') =>
      query((server === 'primary' ? app.server() : replica).url({ database: 'appdb' }), sql),
    /** A client; it ends with the scene, or earlier when disposed. */
    async client({ user, application, address }: Who, server: ServerName = 'replica') {
      if (!roles.has(user)) {
        await query(app.server().url(), `create role ${user} login; grant pg_read_all_data to ${user}`);
        await scene.replayed();
      }
      roles.add(user);
      const client = new pg.Client({
        connectionString: url(user, server),
        application_name: application,
        stream: () => fromAddress(address),
      });
      client.on('error', () => {});
      await client.connect();
      return stack.use(
        Object.assign(client, { [Symbol.asyncDispose]: async () => client.end().catch(() => {}) }),
      );
    },
    /** Starts a statement in as many sessions of somebody, and leaves it running. */
    async busy(who: Who, sessions: number, server: ServerName = 'replica', sql = HEAVY) {
      for (let index = 0; index < sessions; index += 1) void run(await scene.client(who, server), sql);
    },
    /** Writes about this many megabytes of log. */
    async write(megabytes: number) {
      await query(
        app.url('app'),
        `insert into ledger select g, repeat(md5(g::text), 30) from generate_series(1, ${megabytes * 1000}) g`,
      );
    },
    /** Waits until the replica has replayed everything that is written now. */
    async replayed() {
      const [now] = await query<{ lsn: string }>(app.server().url(), 'select pg_current_wal_lsn() as lsn');
      await eventually('everything replayed', async () => {
        const [row] = await query<{ there: boolean }>(
          replica.url(),
          `select pg_last_wal_replay_lsn() >= '${now?.lsn}' as there`,
        );
        return row?.there === true;
      });
    },
    status: async () => databases.replicaStatus('shop', 'replica-1', signal),
    /** A step's context on these servers. */
    context(clusterFacts: Partial<ClusterFacts> = {}) {
      const world = createWorld({
        cluster: cluster({ podsByIp: {}, cronJobs: [], jobs: [], ...clusterFacts }),
      });
      const ctx = world.context();
      return { ...ctx, incident: { ...ctx.incident, database: 'shop' }, ports: { ...ctx.ports, databases } };
    },
    /** Reads both servers as the diagnosis does; the cluster is as it is told. */
    async facts(clusterFacts: Partial<ClusterFacts> = {}): Promise<DiagnosisFacts> {
      const found = await gatherFacts(scene.context(clusterFacts), { server: 'primary', replicas: true });
      return found.facts;
    },
    /** Ends whatever the application's roles still run, on both servers, and lets the replica catch up. */
    async calm() {
      const end = `select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and usename <> 'bot' and pid <> pg_backend_pid()`;
      await scene.asSuperuser(end, 'replica');
      await scene.asSuperuser(end);
      await scene.replayed();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return scene;
}
export type ReplicaScene = Awaited<ReturnType<typeof startReplicaScene>>;

/** Reads until this cause is first and believed, keeps the facts as a fixture, and returns the cause; what it was last after the deadline. */
export async function provokedOn(
  scene: ReplicaScene,
  wanted: { fixture: string; cause: string; recordedBy: string; cluster?: Partial<ClusterFacts> },
  timeoutMs = 30_000,
): Promise<Cause> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const facts = await scene.facts(wanted.cluster);
    const [top] = diagnose(facts);
    if (top === undefined) throw new Error('diagnose() returned nothing');
    const found = top.kind === wanted.cause && top.confidence >= 0.5;
    if (found) {
      recordFixture(wanted.fixture, {
        recordedBy: wanted.recordedBy,
        expect: {
          cause: top.kind,
          culprit: top.culprit === null ? null : culpritName(top.culprit),
          roots: top.rootSessions.map((id) => Number(id.split('/')[0])),
        },
        facts,
      });
    }
    if (found || performance.now() > deadline) return top;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
