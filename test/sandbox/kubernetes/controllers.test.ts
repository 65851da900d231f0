import { afterEach, expect, test } from 'vitest';
import { cronJobOf, jobOf, merge, NAMESPACE, startCluster, type TestCluster, until } from './cluster.ts';

let cluster: TestCluster | undefined;

afterEach(async () => cluster?.[Symbol.asyncDispose]());

const namespace = NAMESPACE;
const jobs = async ({ batch }: TestCluster) => (await batch.listNamespacedJob({ namespace })).items;
const pods = async ({ core }: TestCluster) => (await core.listNamespacedPod({ namespace })).items;
const cronJob = async ({ batch }: TestCluster, name: string) =>
  batch.readNamespacedCronJob({ name, namespace });
const activeOf = async (on: TestCluster, name: string) =>
  (await cronJob(on, name)).status?.active?.map((reference) => reference.name) ?? [];
const firstActive = async (on: TestCluster, name: string) =>
  until('a start', async () => (await activeOf(on, name))[0]);
const reasons = async ({ core }: TestCluster) =>
  (await core.listNamespacedEvent({ namespace })).items.map(({ reason }) => reason);

test('Replace deletes the running Job and its pod, and starts the next', async () => {
  const on = await startCluster([cronJobOf('etl', 'sleep 300', { concurrencyPolicy: 'Replace' })]);
  cluster = on;
  on.advance(60);
  const first = await firstActive(on, 'etl');
  on.advance(60);
  const second = await until('the next', async () =>
    (await activeOf(on, 'etl')).find((name) => name !== first),
  );
  await until('one pod', async () => {
    const all = await pods(on);
    return all.length === 1 && all[0]?.metadata?.labels?.['job-name'] === second;
  });
  expect((await jobs(on)).map(({ metadata }) => metadata?.name)).toEqual([second]);
  expect(await reasons(on)).toContain('SuccessfulDelete');
});

test('Allow runs Jobs side by side', async () => {
  const on = await startCluster([cronJobOf('etl', 'sleep 300')]);
  cluster = on;
  on.advance(60);
  await firstActive(on, 'etl');
  on.advance(60);
  await until('two', async () => (await activeOf(on, 'etl')).length === 2);
});

test('Forbid starts the slot that it refused as soon as the running Job ends', async () => {
  const on = await startCluster([cronJobOf('etl', 'cat', { concurrencyPolicy: 'Forbid' })]);
  cluster = on;
  on.advance(60);
  const first = await firstActive(on, 'etl');
  on.advance(60);
  await until('the refusal', async () => (await reasons(on)).includes('JobAlreadyActive'));
  await on.batch.deleteNamespacedJob({ name: first, namespace, propagationPolicy: 'Background' });
  const second = await until('the next', async () =>
    (await activeOf(on, 'etl')).find((name) => name !== first),
  );
  expect(Number(second.slice(4))).toBe(Number(first.slice(4)) + 1);
});

test('history limits keep the latest Jobs, and lastSuccessfulTime is told', async () => {
  const limits = { successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 0 };
  const on = await startCluster([cronJobOf('quick', 'exit 0', limits)]);
  cluster = on;
  const slots: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    on.advance(60);
    const last = await until('a new slot', async () => {
      const time = (await cronJob(on, 'quick')).status?.lastScheduleTime?.toISOString();
      return time !== undefined && !slots.includes(time) && time;
    });
    slots.push(last);
    await until('its end', async () => (await activeOf(on, 'quick')).length === 0);
  }
  const kept = await until('the limit', async () => {
    const all = await jobs(on);
    return all.length === 2 && all;
  });
  const minutes = slots.slice(-2).map((slot) => `quick-${Date.parse(slot) / 60_000}`);
  expect(kept.map(({ metadata }) => metadata?.name)).toEqual(minutes);
  expect((await cronJob(on, 'quick')).status?.lastSuccessfulTime).toBeInstanceOf(Date);
  await until('their pods to go too', async () => (await pods(on)).length === 2);
});

test('a Job runs as many pods at a time as its parallelism until its completions', async () => {
  const on = await startCluster([jobOf('batch', 'sleep 0.3', { completions: 5, parallelism: 2 })]);
  cluster = on;
  let most = 0;
  const done = await until('completion', async () => {
    const [job] = await jobs(on);
    most = Math.max(most, job?.status?.active ?? 0);
    return job?.status?.conditions?.some(({ type }) => type === 'Complete') === true && job;
  });
  expect(done.status?.succeeded).toBe(5);
  expect(most).toBe(2);
  expect(await pods(on)).toHaveLength(5);
});

test('lowering parallelism deletes surplus pods', async () => {
  const on = await startCluster([jobOf('batch', 'sleep 300', { completions: 3, parallelism: 3 })]);
  cluster = on;
  await until('three pods', async () => (await pods(on)).length === 3);
  await on.batch.patchNamespacedJob({ name: 'batch', namespace, body: { spec: { parallelism: 1 } } }, merge);
  await until('one pod', async () => (await pods(on)).length === 1);
});

test('activeDeadlineSeconds fails a Job and ends its pods', async () => {
  const on = await startCluster([jobOf('slow', 'sleep 300', { activeDeadlineSeconds: 600 })]);
  cluster = on;
  await until('a pod', async () => (await pods(on)).length === 1);
  on.advance(601);
  const failed = await until('failure', async () => {
    const [job] = await jobs(on);
    return job?.status?.conditions?.find(({ type }) => type === 'Failed');
  });
  expect(failed).toMatchObject({
    reason: 'DeadlineExceeded',
    message: 'Job was active longer than specified deadline',
  });
  await until('no pod', async () => (await pods(on)).length === 0);
});

test('a finished Job is removed after its time to live', async () => {
  const on = await startCluster([jobOf('brief', 'exit 0', { ttlSecondsAfterFinished: 3600 })]);
  cluster = on;
  await until('completion', async () => (await jobs(on))[0]?.status?.completionTime !== undefined);
  on.advance(3601);
  await until('removal', async () => (await jobs(on)).length === 0 && (await pods(on)).length === 0);
});

test('Foreground holds the Job until its pod has ended', async () => {
  const on = await startCluster([jobOf('held', "trap '' TERM; while :; do sleep 0.1; done")]);
  cluster = on;
  await until('a running pod', async () => (await pods(on))[0]?.status?.phase === 'Running');
  await on.batch.deleteNamespacedJob({ name: 'held', namespace, propagationPolicy: 'Foreground' });
  const [job] = await jobs(on);
  expect(job?.metadata?.finalizers).toEqual(['foregroundDeletion']);
  expect(job?.metadata?.deletionTimestamp).toBeInstanceOf(Date);
  await until('the pod to go', async () => (await pods(on)).length === 0);
  await until('the Job to go', async () => (await jobs(on)).length === 0);
});

test('deleting a CronJob removes its Jobs and pods', async () => {
  const on = await startCluster([cronJobOf('etl', 'sleep 300', { suspend: true })]);
  cluster = on;
  const name = await on.sandbox.createJobFrom(namespace, 'etl');
  await until('a running pod', async () => (await pods(on))[0]?.status?.phase === 'Running');
  const [job] = await jobs(on);
  expect(job?.metadata).toMatchObject({
    name,
    annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
  });
  await on.batch.deleteNamespacedCronJob({ name: 'etl', namespace });
  await until('nothing left', async () => (await jobs(on)).length === 0 && (await pods(on)).length === 0);
});

test('a quota that refuses the pod is told as FailedCreate, and the pod follows when the quota allows it', async () => {
  const metadata = { name: 'none', namespace };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '0' } } };
  const on = await startCluster([quota, jobOf('waiting', 'sleep 300')]);
  cluster = on;
  await until('the refusal', async () => (await reasons(on)).includes('FailedCreate'));
  await on.core.deleteNamespacedResourceQuota({ name: 'none', namespace });
  await until('the pod', async () => (await pods(on)).length === 1);
});
