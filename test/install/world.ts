import { setPriority } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { readLockFile } from '../../src/adapters/embedded-postgres/lock-file.ts';
import type { Scenario } from '../../src/drill/scenario.ts';
import { type Shape, shapes } from '../../src/drill/shape.ts';
import { prepareGround } from '../../src/drill/stage/ground.ts';
import { startWeb } from '../../src/drill/stage/lock-cast.ts';
import { type OwnedStage, setStage } from '../../src/drill/stage/set-stage.ts';

/** The service's own sessions, and those of a batch run, of which some want a CPU: together more than there are slots. */
const IDLE = { pods: 3, sessions: 12 };
const BATCH = { pods: 2, sessions: 24, busy: 4 };
const MAX_CONNECTIONS = 100;
/** Slots that grants.sql keeps for Firebreak from the next start of the server on. */
const RESERVED = 3;
/** The database is a machine of its own elsewhere; here it must not take the time of everything beside it. */
const NICE = 15;

const shape = inPlaceOf(shapes.find(({ throughPgBouncer }) => throughPgBouncer));

/** The batch takes every slot, through the pooler, and every core. */
const exhaustion: Scenario = {
  id: 'installed',
  title: 'A batch job takes every connection slot through PgBouncer',
  alert: 'PostgreSQLConnectionSlotsExhausted',
  needs: {
    replica: true,
    pgbouncer: { default_pool_size: MAX_CONNECTIONS },
    settings: { reserved_connections: RESERVED },
  },
  expected: ({ names }) => ({
    cause: 'runaway-batch-query',
    culprit: `CronJob ${names.batches}/${names.batch}`,
    actions: ['kubernetes.suspend-cronjob', 'postgres.kill-queries', 'kubernetes.resume-cronjob'],
    guilty: [{ role: names.batchRole }],
  }),
  async provoke({ cluster }) {
    await cluster.sandbox.createJobFrom(shape.names.batches, shape.names.batch);
  },
};

/** The world of somebody who does not have Firebreak yet: databases, a pooler, a cluster, services at work. */
export interface World extends AsyncDisposable {
  readonly stage: OwnedStage;
  readonly names: Shape['names'];
  /** Starts the run of the batch, as its schedule would. */
  readonly exhaust: () => Promise<void>;
}

/** Starts a primary, a replica, a PgBouncer and a cluster, and the services on them. */
export async function startWorld(signal: AbortSignal): Promise<World> {
  await using parts = new AsyncDisposableStack();
  const ground = parts.use(await prepareGround({ logger: pino({ level: 'silent' }), signal }));
  const directory = join(ground.directory, 'world');
  const stage = parts.use(
    await setStage({ scenario: exhaustion, shape, ground, directory, signal, say: () => undefined }),
  );
  const postmaster = readLockFile(stage.primary.dataDirectory);
  if (postmaster !== undefined) setPriority(postmaster.pid, NICE);
  await takeRightsAway(stage);
  await startServices(stage);
  const owned = parts.move();
  return {
    stage,
    names: shape.names,
    exhaust: async () => exhaustion.provoke(stage),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** A drill's cluster knows Firebreak; this one does not yet. */
async function takeRightsAway({ cluster }: OwnedStage): Promise<void> {
  for (const namespace of [shape.names.services, shape.names.batches]) {
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    await cluster.remove(`${rbac}/roles/firebreak`);
    await cluster.remove(`${rbac}/rolebindings/firebreak`);
  }
}

async function startServices(stage: OwnedStage): Promise<void> {
  const { names } = shape;
  await startWeb(stage, `select amount from ${names.busyTable} where id = {n}`);
  await stage.deployment({
    namespace: names.services,
    name: names.other,
    pods: IDLE.pods,
    program: {
      role: names.otherRole,
      application: names.other,
      sessions: IDLE.sessions,
      steps: ['select 1', { pauseMs: 5_000 }],
      afterwards: 'repeat',
      onError: 'reconnect',
      direct: true,
    },
  });
  await stage.cronJob({
    namespace: names.batches,
    name: names.batch,
    pods: BATCH.pods,
    idle: true,
    program: {
      role: names.batchRole,
      application: names.batch,
      sessions: BATCH.sessions,
      steps: [report(names.busyTable)],
      afterwards: 'end',
      onError: 'reconnect',
    },
  });
  await stage.until('the services are connected', async () => {
    const rows = await stage.sql('select from pg_stat_activity where usename = $1', [names.otherRole]);
    return rows.length === IDLE.pods * IDLE.sessions;
  });
}

/** Some sessions of each pod keep a CPU busy, the others read slowly; each of them for as long as it is let. */
function report(table: string): string {
  const name = pg.escapeIdentifier(table);
  return `select case when {n} <= ${BATCH.busy}
    then (select max(md5(note || n)) from ${name} cross join generate_series(1, 1000000) n)
    else (select count(pg_sleep(0.2))::text from ${name} a cross join ${name} b) end`;
}

function inPlaceOf(clinic: Shape | undefined): Shape {
  if (clinic === undefined) throw new Error('No shape of the drill goes through PgBouncer.');
  return { ...clinic, size: { ...clinic.size, maxConnections: MAX_CONNECTIONS } };
}
