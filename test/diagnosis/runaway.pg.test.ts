import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../adapters/embedded-postgres/support.ts';
import { cronJob, job, pod } from '../support/fixtures.ts';
import { provoked, type Scene, startScene } from '../support/real-scene.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/runaway.pg.test.ts';

const report = { user: 'report_generator', application: 'report-generator', address: '127.0.7.11' };
const backfill = { user: 'backfill', application: 'python', address: '127.0.7.12' };
const checkout = { user: 'checkout_api', application: 'checkout-api', address: '127.0.3.5' };
const metabase = { user: 'metabase', application: 'Metabase v0.50.1', address: '127.0.6.1' };
const anna = { user: 'anna', application: 'psql', address: '127.0.0.1' };

const deployment = (ip: string, name: string) =>
  pod(ip, {
    namespace: 'shop',
    name: `${name}-7f9c-abcde`,
    owners: [
      { kind: 'ReplicaSet', name: `${name}-7f9c`, uid: `rs-${name}` },
      { kind: 'Deployment', name, uid: `dep-${name}` },
    ],
  });
/** A CronJob and its Job that run, a Job of its own, two Deployments. */
const cluster = {
  podsByIp: {
    [report.address]: [pod(report.address)],
    [backfill.address]: [
      pod(backfill.address, {
        name: 'backfill-x7k2p',
        owners: [{ kind: 'Job', name: 'backfill', uid: 'uid-backfill' }],
      }),
    ],
    [checkout.address]: [deployment(checkout.address, 'checkout-api')],
    [metabase.address]: [deployment(metabase.address, 'metabase')],
  },
  cronJobs: [cronJob()],
  jobs: [job('report-generator-28861356'), job('backfill', { cronJob: null })],
};

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene[Symbol.asyncDispose]());
afterEach(() => scene.calm());

it.each([
  ['runaway-batch-query', 'CronJob', 'report-generator', report, 3, 'runaway-batch-query'],
  ['runaway-bare-job', 'Job', 'backfill', backfill, 3, 'runaway-batch-query'],
  ['runaway-application-query', 'Deployment', 'checkout-api', checkout, 3, 'runaway-application-query'],
  ['runaway-person', 'person', 'anna', anna, 2, 'runaway-interactive-query'],
  ['runaway-reporting-tool', 'Deployment', 'metabase', metabase, 3, 'runaway-interactive-query'],
] as const)(
  '%s: names %s %s, while the CronJob merely runs',
  { timeout: 90_000 },
  async (fixture, kind, name, who, sessions, cause) => {
    await scene.client(report);
    await scene.client(checkout);
    await scene.client(anna);
    await scene.busy(who, sessions);
    const found = await provoked(scene, {
      fixture,
      cause,
      recordedBy,
      cluster,
      when: ({ rootSessions }) => rootSessions.length === sessions,
    });
    expect(found).toMatchObject({ kind: cause, culprit: { kind, name } });
    expect(found.rootSessions).toHaveLength(sessions);
    expect(found.confidence).toBeGreaterThanOrEqual(0.7);
    if (kind !== 'CronJob') expect(found.wontHelp.join(' ')).toContain('Suspending a CronJob');
  },
);

it('unknown: three programs with one heavy query each have no one culprit, and none is named', {
  timeout: 90_000,
}, async () => {
  for (const who of [report, checkout, anna]) await scene.busy(who, 1);
  await eventually('three long queries', async () => {
    const { sessions } = await scene.databases.snapshot('shop', 'primary', new AbortController().signal);
    return sessions.filter(({ stateSeconds }) => (stateSeconds ?? 0) > 4).length === 3;
  });
  const found = await provoked(scene, { fixture: 'unknown', cause: 'unknown', recordedBy, cluster });
  expect(found).toMatchObject({ kind: 'unknown', confidence: 0, culprit: null, rootSessions: [] });
  expect(found.evidence.join(' ')).toContain('Most connections:');
});

it('nothing-wrong: everybody is idle, and nobody is to blame', { timeout: 90_000 }, async () => {
  for (const who of [report, checkout, anna]) await (await scene.client(who)).query('select 1');
  const found = await provoked(scene, {
    fixture: 'nothing-wrong',
    cause: 'nothing-wrong',
    recordedBy,
    cluster,
  });
  expect(found).toMatchObject({ kind: 'nothing-wrong', culprit: null, rootSessions: [] });
});
