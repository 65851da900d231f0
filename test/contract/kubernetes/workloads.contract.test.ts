import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sleepingJob, until } from './manifests.ts';
import { openTarget, type Target } from './target.ts';

const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);

let target: Target;
let namespace: string;
let batch: k8s.BatchV1Api;
let core: k8s.CoreV1Api;

beforeAll(async () => {
  target = await openTarget();
  ({ namespace } = target);
  batch = target.admin.makeApiClient(k8s.BatchV1Api);
  core = target.admin.makeApiClient(k8s.CoreV1Api);
});

afterAll(async () => target[Symbol.asyncDispose]());

const readJob = async (name: string) => batch.readNamespacedJob({ name, namespace });
const setSuspend = async (name: string, suspend: boolean) =>
  batch.patchNamespacedJob({ name, namespace, body: { spec: { suspend } } }, merge);
const podsOf = async (job: string) =>
  (await core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` })).items;
const runningPod = async (job: string) =>
  until(
    `a running pod of ${job}`,
    async () => (await podsOf(job)).find(({ status }) => status?.phase === 'Running'),
    60,
  );
const eventsOf = async (name: string) =>
  (await core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.name=${name}` })).items;
const condition = (job: k8s.V1Job, type: string) =>
  job.status?.conditions?.find((found) => found.type === type);

test('a Job makes a labelled pod with an owner, a finalizer and an address that selects it', async () => {
  await batch.createNamespacedJob({ namespace, body: sleepingJob('shape') });
  const pod = await runningPod('shape');
  const job = await readJob('shape');
  expect(pod.metadata?.name).toMatch(/^shape-[a-z0-9]{5}$/);
  expect(pod.metadata?.generateName).toBe('shape-');
  const uid = job.metadata?.uid ?? '';
  expect(pod.metadata?.labels).toMatchObject({
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': 'shape',
    'controller-uid': uid,
    'job-name': 'shape',
  });
  expect(pod.metadata?.ownerReferences).toEqual([
    { apiVersion: 'batch/v1', kind: 'Job', name: 'shape', uid, controller: true, blockOwnerDeletion: true },
  ]);
  expect(pod.metadata?.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
  const active = await until('the count', async () => {
    const { status } = await readJob('shape');
    return status?.ready === 1 && status;
  });
  expect(active).toMatchObject({ active: 1, ready: 1, terminating: 0, uncountedTerminatedPods: {} });
  const fieldSelector = `status.podIP=${pod.status?.podIP},status.phase=Running`;
  const found = await core.listNamespacedPod({ namespace, fieldSelector });
  expect(found.items.map(({ metadata }) => metadata?.name)).toEqual([pod.metadata?.name]);
  const byList = await core.listNamespacedPod({
    namespace,
    fieldSelector: `status.podIPs=${pod.status?.podIP}`,
  });
  expect(byList.items).toEqual([]);
});

test('suspending a Job deletes its pods, and resuming starts a new one from zero (trap 4)', async () => {
  await batch.createNamespacedJob({ namespace, body: sleepingJob('pause') });
  const first = await runningPod('pause');
  await until('the count', async () => (await readJob('pause')).status?.active === 1);
  const answer = await setSuspend('pause', true);
  expect(answer.status?.active).toBe(1);
  await until('the pods to go', async () => (await podsOf('pause')).length === 0, 60);
  const suspended = await until('the condition', async () => {
    const job = await readJob('pause');
    return condition(job, 'Suspended')?.status === 'True' && job.status?.active === undefined && job;
  });
  expect(condition(suspended, 'Suspended')).toMatchObject({
    reason: 'JobSuspended',
    message: 'Job suspended',
  });
  expect(suspended.status?.startTime).toBeDefined();
  await setSuspend('pause', false);
  const second = await runningPod('pause');
  expect(second.metadata?.name).not.toBe(first.metadata?.name);
  const resumed = await readJob('pause');
  expect(condition(resumed, 'Suspended')).toMatchObject({ status: 'False', reason: 'JobResumed' });
  const reasons = await until('the events', async () => {
    const found = (await eventsOf('pause')).map(({ reason }) => reason);
    return found.includes('Resumed') && found;
  });
  expect(reasons).toEqual(
    expect.arrayContaining(['SuccessfulCreate', 'SuccessfulDelete', 'Suspended', 'Resumed']),
  );
});

test('suspending a pod goes through the measured sequence of changes', async () => {
  await batch.createNamespacedJob({ namespace, body: sleepingJob('steps') });
  await runningPod('steps');
  const { metadata } = await core.listNamespacedPod({ namespace });
  const query = `watch=true&timeoutSeconds=${target.real ? 10 : 2}&labelSelector=job-name%3Dsteps&resourceVersion=${metadata?.resourceVersion}`;
  const watching = target.raw({ path: `/api/v1/namespaces/${namespace}/pods?${query}` });
  await setSuspend('steps', true);
  const events = (await watching).text
    .trim()
    .split('\n')
    .map((line): { type: string; object: k8s.V1Pod } => JSON.parse(line));
  const first = (matches: (event: { type: string; object: k8s.V1Pod }) => boolean) =>
    events.findIndex(matches);
  const order = [
    first(
      ({ object }) =>
        object.metadata?.finalizers === undefined && object.metadata?.deletionTimestamp === undefined,
    ),
    first(({ object }) => object.metadata?.deletionTimestamp !== undefined),
    first(({ object }) => object.status?.phase === 'Failed'),
    first(({ type }) => type === 'DELETED'),
  ];
  expect(order.every((at) => at >= 0)).toBe(true);
  expect(order).toEqual(order.toSorted((left, right) => left - right));
}, 60_000);

test('a Job that succeeds is Complete; one that fails beyond its limit is Failed', async () => {
  await batch.createNamespacedJob({ namespace, body: sleepingJob('good', 0) });
  const containers = [{ name: 'main', image: 'busybox', command: ['/bin/sh', '-c', 'exit 3'] }];
  const body = sleepingJob('bad', 0, { template: { spec: { restartPolicy: 'Never', containers } } });
  await batch.createNamespacedJob({ namespace, body });
  const good = await until(
    'completion',
    async () => {
      const job = await readJob('good');
      return condition(job, 'Complete')?.status === 'True' && job;
    },
    60,
  );
  expect(condition(good, 'SuccessCriteriaMet')?.reason).toBe('CompletionsReached');
  expect(good.status).toMatchObject({ succeeded: 1 });
  expect(good.status?.completionTime).toBeInstanceOf(Date);
  const bad = await until(
    'failure',
    async () => {
      const job = await readJob('bad');
      return condition(job, 'Failed')?.status === 'True' && job;
    },
    60,
  );
  expect(condition(bad, 'Failed')?.reason).toBe('BackoffLimitExceeded');
  expect(condition(bad, 'FailureTarget')).toBeDefined();
  expect(bad.status?.failed).toBe(1);
  const [pod] = await podsOf('bad');
  expect(pod?.status).toMatchObject({ phase: 'Failed' });
  expect(pod?.status?.podIP).toBeDefined();
  expect(await setSuspend('good', true)).toMatchObject({ spec: { suspend: true } });
});

test('a Job template is immutable, while suspend and parallelism may change', async () => {
  await batch.createNamespacedJob({ namespace, body: sleepingJob('fixed', 300, { suspend: true }) });
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/fixed`;
  const type = 'application/merge-patch+json';
  const template = { spec: { template: { spec: { containers: [{ name: 'main', image: 'other' }] } } } };
  const refused = await target.raw({ method: 'PATCH', path, type, body: template });
  expect(refused.code).toBe(422);
  expect(refused.json.message).toContain('field is immutable');
  expect(refused.json.details.causes[0].field).toBe('spec.template');
  expect((await target.raw({ method: 'PATCH', path, type, body: { spec: { parallelism: 2 } } })).code).toBe(
    200,
  );
});

test('deleting a Job without a policy keeps its pods and warns; Background removes them (trap 7)', async () => {
  for (const name of ['orphaning', 'cleaning'])
    await batch.createNamespacedJob({ namespace, body: sleepingJob(name) });
  await runningPod('orphaning');
  await runningPod('cleaning');
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const kept = await target.raw({ method: 'DELETE', path: `${jobs}/orphaning` });
  expect(kept.code).toBe(200);
  expect(kept.headers.warning).toContain('child pods are preserved by default when jobs are deleted');
  await until('the Job to go', async () => (await target.raw({ path: `${jobs}/orphaning` })).code === 404);
  const [pod] = await podsOf('orphaning');
  expect(pod?.status?.phase).toBe('Running');
  expect(pod?.metadata?.ownerReferences).toBeUndefined();
  const path = `${jobs}/cleaning?propagationPolicy=Background`;
  const removed = await target.raw({ method: 'DELETE', path });
  expect(removed.headers.warning).toBeUndefined();
  expect(removed.json).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'cleaning' } });
  await until('the pods to go', async () => (await podsOf('cleaning')).length === 0, 60);
  await core.deleteNamespacedPod({ name: pod?.metadata?.name ?? '', namespace });
});
