import { expect, test } from 'vitest';
import { eventually } from '../embedded-postgres/support.ts';
import { admin, batch, cronJob, FIREBREAK, READER, signal, startCluster } from './support.ts';

test('suspends a CronJob and reads it back, a dry run first changes nothing', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const [etl] = (await workloads.facts([], signal)).cronJobs;
  if (etl === undefined) throw new Error('no CronJob');
  expect(etl).toMatchObject({
    name: 'etl',
    suspended: false,
    schedule: '0 0 1 1 *',
    timeZone: 'Europe/Paris',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: null,
    gitops: null,
  });
  expect(await workloads.changeCronJob(etl, { suspend: true }, { dryRun: true }, signal)).toMatchObject({
    suspended: true,
  });
  expect(await workloads.cronJob(etl, signal)).toMatchObject({ suspended: false });
  const changed = await workloads.changeCronJob(
    etl,
    { suspend: true, timeZone: null },
    { dryRun: false },
    signal,
  );
  expect(changed).toMatchObject({ suspended: true, timeZone: null });
  expect(await workloads.cronJob(etl, signal)).toEqual(changed);
  expect(await admin(cluster.sandbox, 'GET', `${batch}/cronjobs/etl`)).toMatchObject({
    metadata: { managedFields: expect.arrayContaining([expect.objectContaining({ manager: 'firebreak' })]) },
  });
});

test('a CronJob that changed meanwhile is a conflict and stays as it is', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const [etl] = (await workloads.facts([], signal)).cronJobs;
  if (etl === undefined) throw new Error('no CronJob');
  await admin(cluster.sandbox, 'PATCH', `${batch}/cronjobs/etl`, { spec: { schedule: '5 5 * * *' } });
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-conflict',
    hint: expect.stringContaining('Read the object again'),
  });
  expect(await workloads.cronJob(etl, signal)).toMatchObject({ suspended: false, schedule: '5 5 * * *' });
});

test('a namesake made later is neither found nor changed', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const [etl] = (await workloads.facts([], signal)).cronJobs;
  if (etl === undefined) throw new Error('no CronJob');
  await admin(cluster.sandbox, 'DELETE', `${batch}/cronjobs/etl`);
  expect(await workloads.cronJob(etl, signal)).toBeNull();
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-not-found',
  });
  await admin(cluster.sandbox, 'POST', `${batch}/cronjobs`, cronJob('etl'));
  expect(await workloads.cronJob(etl, signal)).toBeNull();
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-conflict',
  });
  const [namesake] = (await workloads.facts([], signal)).cronJobs;
  if (namesake === undefined) throw new Error('no CronJob');
  const mixed = { ...namesake, uid: etl.uid };
  await expect(
    workloads.changeCronJob(mixed, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-conflict',
    hint: expect.stringContaining('deleted and made again'),
  });
  expect(await workloads.cronJob(namesake, signal)).toMatchObject({ suspended: false });
});

test('a missing right names verb, resource, namespace and the rule to grant', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(READER);
  const [etl] = (await workloads.facts([], signal)).cronJobs;
  if (etl === undefined) throw new Error('no CronJob');
  await expect(
    workloads.changeCronJob(etl, { suspend: true }, { dryRun: false }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-permission',
    message: expect.stringContaining(
      'User "system:serviceaccount:firebreak:reader" cannot patch resource "cronjobs"',
    ),
    hint: expect.stringContaining(
      '{apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["patch"]} in a Role of namespace analytics',
    ),
  });
});

test('suspends, resumes and deletes a running Job with its pods, past changes of its status', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const name = await cluster.sandbox.createJobFrom('analytics', 'etl');
  const [etl] = (await workloads.facts([], signal)).cronJobs;
  if (etl === undefined) throw new Error('no CronJob');
  const [stale] = await workloads.unfinishedJobs(etl, signal);
  if (stale === undefined) throw new Error('no Job');
  expect(stale).toMatchObject({
    name,
    cronJob: { name: 'etl', uid: etl.uid },
    suspended: false,
    finished: false,
    backoffLimit: 3,
  });
  await admin(cluster.sandbox, 'PATCH', `${batch}/jobs/${name}`, {
    metadata: { labels: { touched: 'yes' } },
  });
  expect(await workloads.suspendJob(stale, true, signal)).toMatchObject({ suspended: true });
  const job = await workloads.suspendJob(stale, false, signal);
  expect(job.suspended).toBe(false);
  await expect(
    workloads.deleteJob({ ...job, uid: '11111111-1111-1111-1111-111111111111' }, signal),
  ).rejects.toMatchObject({
    code: 'kubernetes-conflict',
  });
  await workloads.deleteJob(job, signal);
  await eventually('the pods of the Job gone', async () => {
    const pods = await admin(cluster.sandbox, 'GET', '/api/v1/namespaces/analytics/pods');
    return JSON.stringify(pods).includes('"items":[]');
  });
  expect(await workloads.unfinishedJobs(etl, signal)).toEqual([]);
  await expect(workloads.deleteJob(job, signal)).rejects.toMatchObject({ code: 'kubernetes-not-found' });
});

test('an impossible value is refused with the field and without the object', async () => {
  await using cluster = await startCluster([cronJob('etl')]);
  const workloads = cluster.as(FIREBREAK);
  const [etl] = (await workloads.facts([], signal)).cronJobs;
  if (etl === undefined) throw new Error('no CronJob');
  const change = workloads.changeCronJob(etl, { schedule: 'every day' }, { dryRun: true }, signal);
  await expect(change).rejects.toMatchObject({
    code: 'kubernetes-error',
    message: expect.stringMatching(/422 .*spec\.schedule: .*expected exactly 5 fields/),
  });
});

test('the request is shown as it is sent', async () => {
  await using cluster = await startCluster([]);
  const text = cluster
    .as(FIREBREAK)
    .patchText({ namespace: 'analytics', name: 'etl', uid: 'u-1' }, { suspend: true });
  expect(text).toBe(
    `PATCH /apis/batch/v1/namespaces/analytics/cronjobs/etl?fieldManager=firebreak&fieldValidation=Strict
Content-Type: application/merge-patch+json

{
  "metadata": {
    "uid": "u-1",
    "resourceVersion": "<as read just before>"
  },
  "spec": {
    "suspend": true
  }
}`,
  );
});
