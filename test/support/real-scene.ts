import { Socket } from 'node:net';
import pg from 'pg';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import type { Cause } from '../../src/domain/cause.ts';
import { culpritName } from '../../src/domain/cause.ts';
import type { ClusterFacts } from '../../src/domain/cluster.ts';
import { gatherFacts } from '../../src/steps/shared/facts/gather-facts.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { run, secret, startAppServer, startDatabases } from '../adapters/postgres/support.ts';
import { recordFixture } from './diagnosis-fixtures.ts';
import { cluster } from './fixtures.ts';
import { createWorld } from './ports.ts';

/** Busy for much longer than any test, on one CPU, and cancelled within milliseconds. */
export const HEAVY =
  'select count(*) from generate_series(1, 1000) a, generate_series(1, 1000) b, generate_series(1, 20000) c';

/** Who a client is: its role, the name of its program, and the address from which it comes, such as 127.0.7.11. */
export interface Who {
  readonly user: string;
  readonly application: string;
  readonly address: string;
}

/**
 * A real server with clients whose addresses are those of pods, so that a cause can be provoked and read as in
 * production. The server has two cores as far as Firebreak knows.
 */
export async function startScene(settings: Record<string, string | number> = {}) {
  const stack = new AsyncDisposableStack();
  const app = stack.use(await startAppServer({ max_connections: 60, compute_query_id: 'on', ...settings }));
  const databases = stack.use(await startDatabases({ url: secret(app.url('bot')) }));
  const roles = new Map<string, Promise<unknown>>();

  return {
    app,
    databases,
    /** Runs a statement as superuser in the database of the application. */
    asSuperuser: async (sql: string) => query(app.server().url({ database: 'appdb' }), sql),
    /** A client; it ends with the scene, or earlier when disposed. */
    async client({ user, application, address }: Who) {
      const created = roles.get(user) ?? query(app.server().url(), `create role ${user} login`);
      roles.set(user, created);
      await created;
      const client = new pg.Client({
        connectionString: app.url(user),
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
    async busy(who: Who, sessions: number, sql = HEAVY) {
      for (let index = 0; index < sessions; index += 1) void run(await this.client(who), sql);
    },
    /** Reads the server as the diagnosis does; the cluster is as it is told. */
    async facts(clusterFacts: Partial<ClusterFacts> = {}): Promise<DiagnosisFacts> {
      const world = createWorld({
        cluster: cluster({ podsByIp: {}, cronJobs: [], jobs: [], deployments: [], ...clusterFacts }),
      });
      const ctx = world.context();
      const found = await gatherFacts(
        { ...ctx, incident: { ...ctx.incident, database: 'shop' }, ports: { ...ctx.ports, databases } },
        { server: 'primary', replicas: false },
      );
      return found.facts;
    },
    /** Ends whatever still runs for the application's roles. */
    async calm() {
      await this.asSuperuser(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where backend_type = 'client backend' and usename <> 'bot' and pid <> pg_backend_pid()`,
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
export type Scene = Awaited<ReturnType<typeof startScene>>;

/**
 * Reads until the diagnosis puts this cause first, and `when` holds, keeps the facts as a fixture, and returns the cause. After the
 * deadline it returns what it was last, so that the assertion shows it.
 */
export async function provoked(
  scene: Scene,
  wanted: {
    fixture: string;
    cause: string;
    recordedBy: string;
    cluster?: Partial<ClusterFacts>;
    when?: (cause: Cause) => boolean;
  },
  timeoutMs = 30_000,
): Promise<Cause> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const facts = await scene.facts(wanted.cluster);
    const [top] = diagnose(facts);
    if (top === undefined) throw new Error('diagnose() returned nothing');
    const found = top.kind === wanted.cause && (wanted.when?.(top) ?? true);
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

/** A socket that connects from this address of the loopback network. */
export function fromAddress(address: string): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, localAddress: address }),
  });
}
