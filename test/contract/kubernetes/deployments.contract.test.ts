import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from './manifests.ts';
import { openTarget, type Target } from './target.ts';

// Written from the API reference and the source of v1.32 (deployment and ReplicaSet controllers, ScaleREST); unlike the
// other contract tests it has not been run against a real server yet.
const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const REVISION = 'deployment.kubernetes.io/revision';

let target: Target;
let apps: k8s.AppsV1Api;
let core: k8s.CoreV1Api;
let path: string;

/** A Deployment whose pods sleep; the variable makes templates differ. */
function deployment(name: string, replicas: number, setting: string) {
  const labels = { app: name };
  const container = {
    name: 'main',
    image: 'busybox',
    command: ['/bin/sleep', '300'],
    env: [{ name: 'SETTING', value: setting }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
}

beforeAll(async () => {
  target = await openTarget();
  apps = target.admin.makeApiClient(k8s.AppsV1Api);
  core = target.admin.makeApiClient(k8s.CoreV1Api);
  path = `/apis/apps/v1/namespaces/${target.namespace}/deployments`;
  await target.raw({ method: 'POST', path, body: deployment('api', 2, 'one') });
});

afterAll(async () => target[Symbol.asyncDispose]());

const read = async (name = 'api') => apps.readNamespacedDeployment({ name, namespace: target.namespace });
const sets = async () =>
  (await apps.listNamespacedReplicaSet({ namespace: target.namespace })).items.filter(
    ({ metadata }) => metadata?.ownerReferences?.[0]?.name === 'api',
  );

/** Waits until exactly these pods of the Deployment run. */
async function settled(replicas: number): Promise<k8s.V1Deployment> {
  return until(
    `${replicas} ready pods`,
    async () => {
      const now = await read();
      const { status, metadata } = now;
      const done =
        status?.observedGeneration === metadata?.generation &&
        (status?.readyReplicas ?? 0) === replicas &&
        (status?.updatedReplicas ?? 0) === replicas &&
        (status?.replicas ?? 0) === replicas;
      return done && now;
    },
    60,
  );
}

test('a Deployment makes one ReplicaSet, whose pods it owns through it; the server fills its strategy', async () => {
  const now = await settled(2);
  expect(now.spec).toMatchObject({
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  });
  expect(now.metadata?.annotations?.[REVISION]).toBe('1');
  const [set, ...others] = await sets();
  expect(others).toEqual([]);
  const hash = set?.metadata?.labels?.['pod-template-hash'];
  expect(set?.metadata?.name).toBe(`api-${hash}`);
  expect(set?.metadata?.annotations?.[REVISION]).toBe('1');
  expect(set?.spec?.selector.matchLabels).toEqual({ app: 'api', 'pod-template-hash': hash });
  const labelSelector = `pod-template-hash=${hash}`;
  const pods = (await core.listNamespacedPod({ namespace: target.namespace, labelSelector })).items;
  expect(pods).toHaveLength(2);
  for (const { metadata, spec } of pods) {
    expect(metadata?.name).toMatch(new RegExp(`^api-${hash}-[a-z0-9]{5}$`));
    expect(metadata?.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: set?.metadata?.name, controller: true, blockOwnerDeletion: true },
    ]);
    expect(spec?.restartPolicy).toBe('Always');
  }
  const progress = now.status?.conditions?.find(({ type }) => type === 'Progressing');
  expect(progress).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
});

test('the scale subresource sets the number alone, guarded by uid and version, and is no new revision', async () => {
  const before = await read();
  const scale = async (body: object, type = MERGE) =>
    target.raw({ method: 'PATCH', path: `${path}/api/scale`, body, type });
  const other = await scale({ metadata: { uid: 'another' }, spec: { replicas: 1 } });
  expect(other).toMatchObject({ code: 409, json: { reason: 'Conflict' } });
  const stale = await scale({ metadata: { resourceVersion: '1' }, spec: { replicas: 1 } });
  expect(stale).toMatchObject({ code: 409, json: { reason: 'Conflict' } });
  expect((await read()).spec?.replicas).toBe(2);
  const { uid, resourceVersion } = (await read()).metadata ?? {};
  const done = await scale({ metadata: { uid, resourceVersion }, spec: { replicas: 1 } });
  expect(done).toMatchObject({
    code: 200,
    json: { kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 } },
  });
  expect(done.json.status.selector).toBe('app=api');
  const after = await settled(1);
  expect(after.metadata?.annotations?.[REVISION]).toBe('1');
  const progressOf = ({ status }: k8s.V1Deployment) =>
    status?.conditions?.find(({ type }) => type === 'Progressing')?.lastUpdateTime;
  expect(progressOf(after)).toEqual(progressOf(before));
  const negative = await scale({ spec: { replicas: -1 } });
  expect(negative.code).toBe(422);
});

test('a new template is a new revision; going back gives the old ReplicaSet the next number', async () => {
  const change = { spec: { template: deployment('api', 1, 'two').spec.template } };
  await target.raw({ method: 'PATCH', path: `${path}/api`, body: change, type: MERGE });
  const second = await settled(1);
  expect(second.metadata?.annotations?.[REVISION]).toBe('2');
  const numbers = async () =>
    Object.fromEntries(
      (await sets()).map(({ metadata, spec }) => [
        spec?.template?.spec?.containers[0]?.env?.[0]?.value,
        metadata?.annotations?.[REVISION],
      ]),
    );
  expect(await numbers()).toEqual({ one: '1', two: '2' });
  const first = (await sets()).find(({ metadata }) => metadata?.annotations?.[REVISION] === '1');
  const labels = { app: 'api' };
  const { spec } = first?.spec?.template ?? {};
  const back = [
    { op: 'test', path: '/metadata/uid', value: second.metadata?.uid },
    { op: 'replace', path: '/spec/template', value: { metadata: { labels }, spec } },
  ];
  const stale = [...back, { op: 'replace', path: '/metadata/resourceVersion', value: '1' }];
  const refused = await target.raw({ method: 'PATCH', path: `${path}/api`, body: stale, type: JSON_PATCH });
  expect(refused.code).toBe(409);
  const done = await target.raw({ method: 'PATCH', path: `${path}/api`, body: back, type: JSON_PATCH });
  expect(done.code).toBe(200);
  const third = await settled(1);
  expect(third.metadata?.annotations?.[REVISION]).toBe('3');
  expect(await numbers()).toEqual({ one: '3', two: '2' });
  const again = (await sets()).find(({ metadata }) => metadata?.annotations?.[REVISION] === '3');
  expect(again?.metadata?.uid).toBe(first?.metadata?.uid);
});

test.each([
  { name: 'a pod that may end', change: { restartPolicy: 'Never' }, says: 'supported values: "Always"' },
  {
    name: 'labels that the selector does not find',
    labels: { app: 'x' },
    says: '`selector` does not match template `labels`',
  },
])('refuses $name', async ({ change, labels, says }) => {
  const body = deployment('wrong', 1, 'x');
  Object.assign(body.spec.template.spec, change);
  if (labels !== undefined) body.spec.template.metadata.labels = labels;
  const answer = await target.raw({ method: 'POST', path, body });
  expect(answer.code).toBe(422);
  expect(answer.json.message).toContain(says);
});

test('a deleted Deployment takes its ReplicaSets and pods with it', async () => {
  await target.raw({ method: 'DELETE', path: `${path}/api` });
  await until(
    'no pods',
    async () => {
      const pods = (await core.listNamespacedPod({ namespace: target.namespace })).items;
      return pods.length === 0 && (await sets()).length === 0;
    },
    60,
  );
});
