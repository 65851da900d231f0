import { expect, test } from 'vitest';
import { templateDifferences } from '../../../src/adapters/kubernetes/template-differences.ts';
import type { Deployment, WorkloadRef } from '../../../src/domain/cluster.ts';
import type { Workloads } from '../../../src/ports/workloads.ts';
import { eventually } from '../embedded-postgres/support.ts';
import { admin, FIREBREAK, NOBODY, READER, signal, startCluster } from './support.ts';

const PATH = '/apis/apps/v1/namespaces/analytics/deployments/checkout-api';

function template(image: string, password: string) {
  const container = {
    name: 'api',
    image,
    command: ['sleep', '60'],
    env: [
      { name: 'DATABASE_PASSWORD', value: password },
      { name: 'POOL_SIZE', value: '10' },
    ],
  };
  return {
    metadata: { labels: { app: 'checkout-api' } },
    spec: { terminationGracePeriodSeconds: 1, containers: [container] },
  };
}

function deployment(metadata: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'checkout-api', namespace: 'analytics', ...metadata },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'checkout-api' } },
      template: template('registry.invalid/checkout-api:1', 'hunter-one'),
    },
  };
}

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'checkout', namespace: 'analytics' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout-api' },
    minReplicas: 2,
    maxReplicas: 8,
  },
};

async function readUntil(
  workloads: Workloads,
  what: string,
  holds: (found: Deployment) => boolean,
): Promise<Deployment> {
  let found: Deployment | undefined;
  await eventually(what, async () => {
    found = (await workloads.facts([], signal)).deployments[0];
    return found !== undefined && holds(found);
  });
  if (found === undefined) throw new Error(`no Deployment: ${what}`);
  return found;
}

const rolledOut = (revision: number) => (found: Deployment) =>
  found.ready === 3 &&
  found.revisions[0]?.number === revision &&
  found.revisions[0].replicas === 3 &&
  found.revisions.slice(1).every(({ replicas }) => replicas === 0);

test('reads Deployments with their revisions, their rollout and who else sets their size', async () => {
  await using cluster = await startCluster([
    deployment({ labels: { 'argocd.argoproj.io/instance': 'shop' } }),
    autoscaler,
  ]);
  const workloads = cluster.as(FIREBREAK);
  const first = await readUntil(workloads, 'three pods', rolledOut(1));
  expect(first).toMatchObject({
    namespace: 'analytics',
    name: 'checkout-api',
    replicas: 3,
    paused: false,
    autoscaler: { name: 'checkout', min: 2, max: 8 },
    gitops: { tool: 'Argo CD' },
    revisions: [{ number: 1, images: ['api registry.invalid/checkout-api:1'] }],
  });
  expect(Date.parse(first.rolledOutAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  const next = template('registry.invalid/checkout-api:2', 'hunter-two');
  await admin(cluster.sandbox, 'PATCH', PATH, { spec: { template: next } });
  const second = await readUntil(workloads, 'the second revision', rolledOut(2));
  expect(second.revisions.map(({ number, images }) => [number, images])).toEqual([
    [2, ['api registry.invalid/checkout-api:2']],
    [1, ['api registry.invalid/checkout-api:1']],
  ]);
  expect((await workloads.facts([], signal)).deploymentGaps).toEqual([]);
  expect(await workloads.deployment(second, signal)).toMatchObject({ uid: second.uid, replicas: 3 });
  expect(await workloads.deployment({ ...second, uid: 'another' }, signal)).toBeNull();
});

test('scales only the Deployment that was read, as it was read; a dry run changes nothing', async () => {
  await using cluster = await startCluster([deployment()]);
  const workloads = cluster.as(FIREBREAK);
  const found = await readUntil(workloads, 'three pods', rolledOut(1));
  await workloads.scaleDeployment(found, 1, { dryRun: true }, signal);
  expect((await workloads.deployment(found, signal))?.replicas).toBe(3);
  const scale = async (other: Partial<Deployment>) =>
    workloads.scaleDeployment({ ...found, ...other }, 1, { dryRun: false }, signal);
  await expect(scale({ uid: 'another' })).rejects.toMatchObject({ code: 'kubernetes-conflict' });
  await expect(scale({ resourceVersion: '1' })).rejects.toMatchObject({ code: 'kubernetes-conflict' });
  expect((await workloads.deployment(found, signal))?.replicas).toBe(3);
  const fresh = await workloads.deployment(found, signal);
  await scale({ resourceVersion: fresh?.resourceVersion ?? '' });
  await readUntil(workloads, 'one pod', ({ replicas, ready }) => replicas === 1 && ready === 1);
});

test('rolls back to the whole former template, guarded, and shows no value of a variable', async () => {
  await using cluster = await startCluster([deployment()]);
  const workloads = cluster.as(FIREBREAK);
  await readUntil(workloads, 'three pods', rolledOut(1));
  const next = template('registry.invalid/checkout-api:2', 'hunter-two');
  Object.assign(next.spec, { hostname: 'added-later' });
  await admin(cluster.sandbox, 'PATCH', PATH, { spec: { template: next } });
  const bad = await readUntil(workloads, 'the second revision', rolledOut(2));
  const [, former] = bad.revisions;
  if (former === undefined) throw new Error('no former revision');
  const differences = await workloads.templateDifferences(bad, former, signal);
  expect(differences).toEqual([
    'Image of api: registry.invalid/checkout-api:2 becomes registry.invalid/checkout-api:1.',
    'Variables of api (values are not shown): DATABASE_PASSWORD changes.',
    'Also of the pods: hostname.',
  ]);
  expect(workloads.rollBackText(bad, former)).not.toContain('hunter');
  const back = async (other: Partial<Deployment>) =>
    workloads.rollBackDeployment({ ...bad, ...other }, former, { dryRun: false }, signal);
  await expect(back({ resourceVersion: '1' })).rejects.toMatchObject({ code: 'kubernetes-conflict' });
  await expect(back({ uid: 'another' })).rejects.toThrow();
  const fresh = await workloads.deployment(bad, signal);
  await back({ resourceVersion: fresh?.resourceVersion ?? '' });
  const good = await readUntil(workloads, 'the third revision', rolledOut(3));
  expect(good.revisions[0]?.uid).toBe(former.uid);
  const stored = JSON.stringify(await admin(cluster.sandbox, 'GET', PATH));
  expect(stored).toContain('hunter-one');
  expect(stored).not.toContain('added-later');
  expect(stored).not.toContain('pod-template-hash');
});

test('without the rights Deployments are a gap of their own, and scaling names the rule', async () => {
  await using cluster = await startCluster([deployment()]);
  const facts = await cluster.as(READER).facts([], signal);
  expect(facts.deployments).toEqual([]);
  expect(facts.deploymentGaps).toHaveLength(3);
  expect(facts.gaps.join()).not.toContain('deployments');
  const ref: WorkloadRef = { namespace: 'analytics', name: 'checkout-api', uid: 'x' };
  const full = await readUntil(cluster.as(FIREBREAK), 'three pods', rolledOut(1));
  const refused = cluster.as(NOBODY).scaleDeployment(full, 1, { dryRun: false }, signal);
  await expect(refused).rejects.toMatchObject({
    code: 'kubernetes-permission',
    hint: expect.stringContaining('resources: ["deployments/scale"], verbs: ["patch"]'),
  });
  await expect(cluster.as(NOBODY).deployment(ref, signal)).rejects.toMatchObject({
    code: 'kubernetes-permission',
  });
});

test('differences of templates name containers that come and go, and nothing that is equal', () => {
  const now = {
    spec: {
      containers: [
        { name: 'api', image: 'a:2' },
        { name: 'proxy', image: 'p:1' },
      ],
    },
  };
  const then = {
    spec: {
      containers: [
        { name: 'api', image: 'a:2', args: ['--token=secret'] },
        { name: 'log', image: 'l:1' },
      ],
    },
  };
  expect(templateDifferences(now, then)).toEqual([
    'Also of api: args.',
    'It has no container proxy any more (p:1).',
    'It has container log again (l:1).',
  ]);
  expect(templateDifferences(now, structuredClone(now))).toEqual([]);
});
