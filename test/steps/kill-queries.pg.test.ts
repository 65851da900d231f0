import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import type { Databases } from '../../src/ports/databases.ts';
import { step as diagnose } from '../../src/steps/postgres/diagnose.ts';
import { step as kill } from '../../src/steps/postgres/kill-queries.ts';
import {
  type AppServer,
  connect,
  run,
  secret,
  sessionOf,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { cluster, cronJob, pod } from '../support/fixtures.ts';
import { createWorld } from '../support/ports.ts';

/** Busy for much longer than the test, and cancelled within milliseconds. */
const HEAVY =
  'select count(*) from generate_series(1, 1000) a, generate_series(1, 1000) b, generate_series(1, 20000) c';

let app: AppServer;
let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  app = await startAppServer();
  databases = await startDatabases({ url: secret(app.url('bot')), cores: 1 });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
});

/** The real PostgreSQL and clock; of the cluster, that 127.0.0.1 is the pod of a CronJob. */
function context(suspended: boolean) {
  const facts = cluster({
    podsByIp: { '127.0.0.1': [pod('127.0.0.1')] },
    cronJobs: [cronJob({ suspended, schedule: '* * * * *' })],
    jobs: [],
  });
  const ctx = createWorld({ cluster: facts }).context();
  const real: Databases = databases;
  const guard = {
    protectedRoles: ['payments'],
    protectedApplications: null,
    protectedAddresses: [],
    minimumAgeSeconds: 2,
  };
  return {
    ...ctx,
    guard,
    clock: systemClock,
    incident: { ...ctx.incident, database: 'shop' },
    ports: { ...ctx.ports, databases: real },
  };
}

async function report(user: string): Promise<pg.Client & AsyncDisposable> {
  return await connect(app.url(user), 'report-generator');
}

it('ends the culprit’s queries on a real server, leaves the protected role alone, and proves it', {
  timeout: 120_000,
}, async () => {
  await using first = await report('app');
  await using second = await report('payments');
  const ended = run(first, HEAVY);
  const spared = run(second, HEAVY);
  await sessionOf(
    databases,
    'report-generator',
    ({ user, stateSeconds }) => user === 'app' && (stateSeconds ?? 0) > 4,
  );
  const ctx = context(true);
  const found = await diagnose.execute(ctx, await diagnose.plan(ctx, {}), { targets: [], choices: {} });
  expect(found.causes[0]).toMatchObject({
    kind: 'runaway-batch-query',
    culprit: { name: 'report-generator' },
  });
  const plan = await kill.plan(ctx, {});
  expect(plan.excluded.map(({ reason }) => reason)).toEqual(['Role payments is protected.']);
  expect(plan.targets.map(({ selected }) => selected)).toEqual([true]);
  expect(plan.commands[0]?.text).toContain('pg_cancel_backend');
  const selection = proposedSelection(plan);
  expect(await kill.recheck(ctx, plan, selection)).toEqual([]);
  const outcome = await kill.execute(ctx, plan, selection);
  expect(await ended).toBe('57014');
  expect(outcome.done).toHaveLength(1);
  const verdict = await kill.verify(ctx, plan, selection, outcome);
  expect(verdict).toMatchObject({ status: 'passed', milestone: 'mitigated' });
  const { pid } = await sessionOf(databases, 'report-generator', ({ user }) => user === 'payments');
  await using admin = await connect(app.url('payments'));
  await admin.query('select pg_cancel_backend($1)', [pid]);
  expect(await spared).toBe('57014');
});

it('sees that the batch starts its query again, and does not pass', { timeout: 120_000 }, async () => {
  await using client = await report('app');
  const again = run(client, HEAVY).then(async () => await run(client, HEAVY));
  await sessionOf(
    databases,
    'report-generator',
    ({ user, stateSeconds }) => user === 'app' && (stateSeconds ?? 0) > 4,
  );
  const ctx = context(false);
  const plan = await kill.plan(ctx, {});
  expect(plan.warnings.join(' ')).toContain('is NOT suspended');
  const selection = proposedSelection(plan);
  const outcome = await kill.execute(ctx, plan, selection);
  expect(outcome.done).toHaveLength(1);
  const verdict = await kill.verify(ctx, plan, selection, outcome);
  expect(verdict.status).toBe('failed');
  expect(verdict.evidence).toContain('respawned: 1 new session of CronJob analytics/report-generator');
  const { pid } = await sessionOf(databases, 'report-generator', ({ user }) => user === 'app');
  await using admin = await connect(app.url('app'));
  await admin.query('select pg_cancel_backend($1)', [pid]);
  expect(await again).toBe('57014');
});
