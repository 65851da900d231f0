import { describe, expect, test } from 'vitest';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { systemClock } from '../../src/clock.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import type { Workloads } from '../../src/ports/workloads.ts';
import { step as guardCronJob } from '../../src/steps/kubernetes/guard-cronjob.ts';
import { step as removeQuota } from '../../src/steps/kubernetes/remove-quota.ts';
import { step as reschedule } from '../../src/steps/kubernetes/reschedule-cronjob.ts';
import { step as restore } from '../../src/steps/kubernetes/restore-cronjob.ts';
import { step as route } from '../../src/steps/kubernetes/route-to-replica.ts';
import { step as setQuota } from '../../src/steps/kubernetes/set-quota.ts';
import type { EarlierStep, StepContext, StepKind } from '../../src/steps/step-kind.ts';
import { admin, batch, FIREBREAK, signal, startCluster } from '../adapters/kubernetes/support.ts';
import { silent } from '../adapters/postgres/support.ts';
import { auditsOf, report } from '../audits/in-cluster.ts';
import { replica } from '../support/fixtures.ts';
import { createWorld } from '../support/ports.ts';

/** The production client of a cluster beside a database that is not asked. */
function contextOf(workloads: Workloads, earlier: readonly EarlierStep[] = []): StepContext {
  const world = createWorld({ replicas: [replica()] });
  const { ports, ...rest } = world.context(earlier);
  const poolers = createPoolers([], { logger: silent });
  return { ...rest, clock: systemClock, signal, ports: { ...ports, poolers, workloads } };
}

/** Plans a remedy, carries it out as proposed and verifies it. */
async function carryOut(kind: StepKind, ctx: StepContext, params: object = {}): Promise<EarlierStep> {
  const plan = await kind.plan(ctx, params);
  const selection = proposedSelection(plan);
  expect(await kind.recheck(ctx, plan, selection)).toEqual([]);
  const outcome = await kind.execute(ctx, plan, selection);
  const verdict = await kind.verify(ctx, plan, selection, outcome);
  expect(verdict).toMatchObject({ status: 'passed' });
  return {
    stepId: kind.kind,
    kind: kind.kind,
    plan,
    selection,
    begunAt: systemClock.now().toISOString(),
    outcome,
    verdict,
  };
}

const quick = { observeSeconds: 0 };

describe('remedies of CronJobs, by the production client', () => {
  test('each audit is red, green after its remedy, and red again after the undo', async () => {
    await using cluster = await startCluster([report]);
    const workloads = cluster.as(FIREBREAK);
    const red = async () =>
      new Set((await auditsOf(workloads).run('shop', signal)).findings.map(({ audit }) => audit));
    const spec = async () => {
      const found = await admin(cluster.sandbox, 'GET', `${batch}/cronjobs/report-generator`);
      return (found as { spec: object }).spec;
    };
    const former = await spec();
    const bounds = ['starting-deadline', 'active-deadline', 'concurrency-policy', 'backoff-limit'];
    expect([...(await red())]).toEqual(expect.arrayContaining(['peak-schedule', ...bounds]));

    const earlier = [await carryOut(reschedule, contextOf(workloads), quick)];
    expect(await red()).not.toContain('peak-schedule');
    expect(await spec()).toMatchObject({ schedule: '0 3 * * *', timeZone: 'Asia/Seoul' });

    earlier.push(await carryOut(guardCronJob, contextOf(workloads, earlier)));
    const after = await red();
    for (const audit of [...bounds, 'peak-schedule']) expect(after).not.toContain(audit);
    expect(await spec()).toMatchObject({
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { activeDeadlineSeconds: 3600, backoffLimit: 1, parallelism: 3 } },
    });

    await carryOut(restore, contextOf(workloads, earlier), quick);
    expect(await red()).toContain('peak-schedule');
    expect(await spec()).toEqual({
      ...former,
      jobTemplate: { spec: { ...(former as typeof report.spec).jobTemplate.spec, backoffLimit: 6 } },
    });
  });
});

describe('bounds of a namespace, by the production client', () => {
  const core = '/api/v1/namespaces/analytics';
  const podOf = (name: string, cpu: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'analytics' },
    spec: {
      nodeName: 'other-node',
      containers: [{ name: 'main', image: 'x', resources: { limits: { cpu, memory: '128Mi' } } }],
    },
    status: { phase: 'Running' },
  });

  test('the audits are red, green after it, the quota holds, and removing leaves nothing', async () => {
    await using cluster = await startCluster([report, podOf('dashboard', '2')]);
    const workloads = cluster.as(FIREBREAK);
    const red = async () =>
      new Set((await auditsOf(workloads).run('shop', signal)).findings.map(({ audit }) => audit));
    expect([...(await red())]).toEqual(expect.arrayContaining(['resource-quota', 'limit-range']));

    const earlier = [await carryOut(setQuota, contextOf(workloads))];
    expect(earlier[0]?.verdict?.evidence).toContain('requests.cpu 2 of');
    const after = await red();
    for (const audit of ['resource-quota', 'limit-range', 'batch-resources'])
      expect(after).not.toContain(audit);
    const { hard } = (await workloads.guardrails(signal)).quotas[0]?.items?.[0] ?? { hard: {} };
    // Three pods of the report, twice as they may overlap, and what runs: (6 × 2 + 2) cores and a quarter more.
    expect(hard).toMatchObject({ 'limits.cpu': '17500m', pods: '9' });

    const refused = await admin(cluster.sandbox, 'POST', `${core}/pods`, podOf('greedy', '16'));
    expect(refused).toMatchObject({
      code: 403,
      message: expect.stringContaining('exceeded quota: firebreak-bounds'),
    });
    const bare = {
      ...podOf('bare', '1'),
      spec: { nodeName: 'other-node', containers: [{ name: 'main', image: 'x' }] },
    };
    expect(await admin(cluster.sandbox, 'POST', `${core}/pods`, bare)).toMatchObject({
      spec: { containers: [{ resources: { limits: { cpu: '2' } } }] },
    });

    await carryOut(removeQuota, contextOf(workloads, earlier));
    expect(await admin(cluster.sandbox, 'GET', `${core}/resourcequotas`)).toMatchObject({ items: [] });
    expect(await admin(cluster.sandbox, 'GET', `${core}/limitranges`)).toMatchObject({ items: [] });
  });

  test('without the right it says which rule is missing, and makes nothing', async () => {
    await using cluster = await startCluster([report]);
    const workloads = cluster.as(FIREBREAK);
    await admin(
      cluster.sandbox,
      'PATCH',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/analytics/roles/firebreak',
      {
        rules: [
          { apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get', 'list'] },
          { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
          { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
          { apiGroups: [''], resources: ['resourcequotas', 'limitranges'], verbs: ['list', 'get'] },
        ],
      },
    );
    const ctx = contextOf(workloads);
    const plan = await setQuota.plan(ctx, {});
    await expect(setQuota.execute(ctx, plan, proposedSelection(plan))).rejects.toMatchObject({
      code: 'kubernetes-permission',
      hint: expect.stringContaining('resources: ["limitranges"], verbs: ["create"]'),
    });
    expect(await admin(cluster.sandbox, 'GET', `${core}/limitranges`)).toMatchObject({ items: [] });
  });
});

describe('routing to the replica, by the production client', () => {
  test('the audit is red, green after it and red after the undo; the password stays and is never told', async () => {
    await using cluster = await startCluster([report]);
    const told: unknown[] = [];
    const logger = { ...silent, info: (...line: unknown[]) => void told.push(line) };
    const workloads = cluster.as(FIREBREAK, { logger });
    const red = async () =>
      new Set((await auditsOf(workloads).run('shop', signal)).findings.map(({ audit }) => audit));
    const url = async () => {
      const found = (await admin(
        cluster.sandbox,
        'GET',
        `${batch}/cronjobs/report-generator`,
      )) as typeof report;
      return found.spec.jobTemplate.spec.template.spec.containers[0]?.env[0]?.value;
    };
    expect(await red()).toContain('batch-on-primary');

    const earlier = [await carryOut(route, contextOf(workloads))];
    expect(await url()).toBe('postgres://report:hunter2@orders-ro.db.svc:5432/orders');
    expect(await red()).not.toContain('batch-on-primary');

    earlier.push(await carryOut(route, contextOf(workloads, earlier), { undo: true }));
    expect(await url()).toBe('postgres://report:hunter2@orders-primary.db.svc:5432/orders');
    expect(await red()).toContain('batch-on-primary');
    expect(JSON.stringify([earlier, told])).not.toContain('hunter2');
    expect(JSON.stringify(told)).toContain('orders-ro.db.svc');
  });

  test('a variable that names another host by now is a conflict, and stays', async () => {
    await using cluster = await startCluster([report]);
    const workloads = cluster.as(FIREBREAK);
    const [job] = (await workloads.guardrails(signal)).batches[0]?.items ?? [];
    if (job === undefined) throw new Error('no CronJob');
    const made = {
      ref: job,
      container: 'report',
      variable: 'DATABASE_URL',
      from: [{ host: 'elsewhere', port: 5432 }],
      to: [{ host: 'orders-ro.db.svc', port: 5432 }],
    };
    await expect(workloads.routeCronJob(made, { dryRun: false }, signal)).rejects.toMatchObject({
      code: 'kubernetes-conflict',
    });
  });
});
