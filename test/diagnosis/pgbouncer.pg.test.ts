import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { culpritName } from '../../src/domain/cause.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { step as reconnect } from '../../src/steps/pgbouncer/reconnect.ts';
import { step as resume } from '../../src/steps/pgbouncer/resume.ts';
import { step as killQueries } from '../../src/steps/postgres/kill-queries.ts';
import { gatherFacts } from '../../src/steps/shared/facts/gather-facts.ts';
import type { StepContext } from '../../src/steps/step-kind.ts';
import { eventually } from '../adapters/embedded-postgres/support.ts';
import { type AppServer, guard, run, secret, silent, startAppServer } from '../adapters/postgres/support.ts';
import { cluster, cronJob, job, pod } from '../support/fixtures.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { createWorld } from '../support/ports.ts';
import { HEAVY, provoked, type Scene, startScene } from '../support/real-scene.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/pgbouncer.pg.test.ts';
const POOL = 3;

const deployment = (ip: string, name: string) =>
  pod(ip, {
    namespace: 'shop',
    name: `${name}-7f9c-abcde`,
    owners: [
      { kind: 'ReplicaSet', name: `${name}-7f9c`, uid: `rs-${name}` },
      { kind: 'Deployment', name, uid: `dep-${name}` },
    ],
  });
/** A CronJob, and two Deployments, all of them behind one PgBouncer. */
const pods = {
  podsByIp: {
    '127.0.7.11': [pod('127.0.7.11')],
    '127.0.3.5': [deployment('127.0.3.5', 'cart-api')],
    '127.0.3.6': [deployment('127.0.3.6', 'checkout-api')],
  },
  cronJobs: [cronJob()],
  jobs: [job('report-generator-28861356')],
};
const cart = { application: 'cart-api', address: '127.0.3.5' };
const checkout = { application: 'checkout-api', address: '127.0.3.6' };
const report = { application: 'report-generator', address: '127.0.7.11' };

let scene: Scene;
let former: AppServer;
let service: TcpProxy;
let bouncer: PgBouncer;
let poolers: ReturnType<typeof createPoolers>;
beforeAll(async () => {
  scene = await startScene();
  former = await startAppServer();
  service = await startTcpProxy({ host: '127.0.0.1', port: scene.app.server().port });
  bouncer = await startPgBouncer({
    shop: { port: scene.app.server().port, database: 'appdb', poolSize: POOL },
    moved: { port: service.port, database: 'appdb', poolSize: POOL },
  });
  poolers = createPoolers(
    [{ database: 'shop', name: 'main', url: secret(bouncer.url('bot', 'pgbouncer')), pools: null }],
    { logger: silent },
  );
  await poolers.start();
});
afterAll(async () => {
  await poolers.stop();
  await bouncer[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  await former[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});
afterEach(async () => {
  await bouncer.hangUp();
  await scene.calm();
  // Until it has noticed that its connections ended, PgBouncer would hand one of them out.
  await eventually('PgBouncer to notice', async () =>
    (await bouncer.console('SHOW SERVERS')).every(({ database }) => database !== 'shop'),
  );
});

/** The context of a step whose PostgreSQL and PgBouncer are real, and whose cluster is as told. */
function realContext(): StepContext {
  const ctx = createWorld({ cluster: cluster(pods) }).context();
  return {
    ...ctx,
    clock: {
      now: () => new Date(),
      steady: () => performance.now(),
      sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    incident: { ...ctx.incident, database: 'shop' },
    guard: { ...guard, minimumAgeSeconds: 0 },
    ports: { ...ctx.ports, databases: scene.databases, poolers },
  };
}

const seen = (): Scene => ({
  ...scene,
  facts: async () => (await gatherFacts(realContext(), { server: 'primary', replicas: false })).facts,
});

/** Waits until the diagnosis puts this cause first. */
async function until(kind: string): Promise<void> {
  await eventually(kind, async () => {
    const { causes } = await gatherFacts(realContext(), { server: 'primary', replicas: false });
    return causes[0]?.kind === kind;
  });
}

/** Waits until the sessions behind PgBouncer have been idle for so long that their link is certain. */
async function settled(): Promise<void> {
  await eventually('the holders to be idle for 3 s', async () => {
    const { sessions } = await scene.databases.snapshot('shop', 'primary', realContext().signal);
    return sessions.length === POOL && sessions.every(({ stateSeconds }) => (stateSeconds ?? 0) >= 3);
  });
}

async function holders(database: string, from: typeof cart, count = POOL) {
  const clients = [];
  for (let index = 0; index < count; index += 1) {
    const client = await bouncer.client('app', database, from);
    await client.query('begin');
    await client.query('select 1');
    clients.push(client);
  }
  return clients;
}

async function waiters(database: string, count = 4) {
  const ends: Promise<string>[] = [];
  for (let index = 0; index < count; index += 1)
    ends.push(run(await bouncer.client('app', database, checkout), 'select 1'));
  return ends;
}

/** Plans, decides as proposed and carries out a step. */
async function carryOut(kind: typeof killQueries, params: Record<string, unknown> = {}) {
  const ctx = realContext();
  const plan = await kind.plan(ctx, params);
  const selection = proposedSelection(plan);
  expect(await kind.recheck(ctx, plan, selection)).toEqual([]);
  const outcome = await kind.execute(ctx, plan, selection);
  return { ctx, plan, selection, outcome };
}

it('names the pod behind PgBouncer that holds the pool idle in transaction, and ending it serves the others', async () => {
  await holders('shop', cart);
  const ends = await waiters('shop');
  await settled();
  const cause = await provoked(seen(), {
    fixture: 'pgbouncer-saturated',
    cause: 'pgbouncer-saturated',
    recordedBy,
  });
  expect(cause).toMatchObject({
    kind: 'pgbouncer-saturated',
    confidence: 0.9,
    culprit: { kind: 'Deployment', namespace: 'shop', name: 'cart-api' },
  });
  expect(cause.rootSessions).toHaveLength(POOL);
  expect(cause.culprit?.evidence.some(({ strength }) => strength === 'strong')).toBe(true);
  expect(JSON.stringify(cause.culprit?.evidence)).toContain('links it to a client at 127.0.3.5');
  const { plan, ctx, selection, outcome } = await carryOut(killQueries, { proofSeconds: 2 });
  expect(plan.targets.filter(({ selected }) => selected)).toHaveLength(POOL);
  expect(outcome.done).toHaveLength(POOL);
  expect(await Promise.all(ends)).toEqual(['completed', 'completed', 'completed', 'completed']);
  expect((await killQueries.verify(ctx, plan, selection, outcome)).status).toBe('passed');
}, 90_000);

it('never ends the next client of a connection that has changed hands since the plan', async () => {
  const guilty = await holders('shop', cart);
  void waiters('shop', 1);
  await until('pgbouncer-saturated');
  const ctx = realContext();
  const plan = await killQueries.plan(ctx, {});
  for (const client of guilty) await client.query('commit');
  const innocents = await holders('shop', checkout);
  const outcome = await killQueries.execute(ctx, plan, proposedSelection(plan));
  expect(outcome.done).toEqual([]);
  expect(outcome.skipped.map(({ reason }) => reason)).toContain(
    'Its transaction ended by itself; another one runs now.',
  );
  for (const client of innocents) expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
}, 60_000);

it('blames the CronJob whose pods run the long queries through PgBouncer, and not PgBouncer', async () => {
  for (let index = 0; index < POOL; index += 1) void run(await bouncer.client('app', 'shop', report), HEAVY);
  const cause = await provoked(seen(), {
    fixture: 'runaway-batch-through-pgbouncer',
    cause: 'runaway-batch-query',
    recordedBy,
  });
  expect(cause).toMatchObject({ kind: 'runaway-batch-query' });
  expect(cause.culprit && culpritName(cause.culprit)).toBe('CronJob analytics/report-generator');
  expect(cause.confidence).toBeGreaterThanOrEqual(0.9);
}, 60_000);

it('finds the pause that nobody ended, and ends it', async () => {
  await bouncer.console('PAUSE shop');
  const ends = await waiters('shop', 2);
  const cause = await provoked(seen(), {
    fixture: 'pgbouncer-paused',
    cause: 'pgbouncer-paused',
    recordedBy,
  });
  expect(cause).toMatchObject({
    kind: 'pgbouncer-paused',
    confidence: 0.95,
    culprit: null,
    rootSessions: [],
  });
  const { ctx, plan, selection, outcome } = await carryOut(resume);
  expect(plan.commands.map(({ text }) => text)).toEqual(['RESUME "shop"']);
  expect(plan.warnings.join()).toContain('Somebody or some tool said PAUSE');
  expect(await Promise.all(ends)).toEqual(['completed', 'completed']);
  expect(await resume.verify(ctx, plan, selection, outcome)).toMatchObject({
    status: 'passed',
    milestone: 'mitigated',
  });
  expect(await resume.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
  expect((await resume.plan(ctx, {})).nothingToDo).toContain('Nothing is paused.');
}, 60_000);

it('finds the connections that still lead to the former server after a failover, and lets PgBouncer reconnect', async () => {
  service.leadTo({ host: '127.0.0.1', port: former.server().port });
  const stuck = await holders('moved', cart);
  service.leadTo({ host: '127.0.0.1', port: scene.app.server().port });
  const ends = await waiters('moved', 2);
  const cause = await provoked(seen(), {
    fixture: 'pgbouncer-dead-servers',
    cause: 'pgbouncer-dead-servers',
    recordedBy,
  });
  expect(cause).toMatchObject({ kind: 'pgbouncer-dead-servers', confidence: 0.95, rootSessions: [] });
  const { ctx, plan, selection, outcome } = await carryOut(reconnect, { proofSeconds: 20 });
  expect(plan.targets).toMatchObject([{ id: 'main/moved', identity: { pooler: 'main', pool: 'moved' } }]);
  expect(await reconnect.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
  const verdict = reconnect.verify(ctx, plan, selection, outcome);
  for (const client of stuck) await client.query('commit');
  expect(await verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
  expect(await Promise.all(ends)).toEqual(['completed', 'completed']);
  const [served] = await holders('moved', checkout, 1);
  const { rows } = (await served?.query<{ port: number }>("select current_setting('port')::int as port")) ?? {
    rows: [],
  };
  expect(rows).toEqual([{ port: scene.app.server().port }]);
  expect((await reconnect.plan(ctx, {})).nothingToDo).toContain(
    'No server connection of a PgBouncer leads elsewhere',
  );
}, 90_000);

it('still says who is stuck when a client does not let go', async () => {
  service.leadTo({ host: '127.0.0.1', port: former.server().port });
  await holders('moved', cart);
  service.leadTo({ host: '127.0.0.1', port: scene.app.server().port });
  await until('pgbouncer-dead-servers');
  const { ctx, plan, selection, outcome } = await carryOut(reconnect, { proofSeconds: 1 });
  const verdict = await reconnect.verify(ctx, plan, selection, outcome);
  expect(verdict.status).toBe('failed');
  expect(verdict.evidence).toContain(`${POOL} old connections of main/moved in use`);
  expect(JSON.stringify(verdict.situation)).toContain('127.0.3.5:');
}, 60_000);
