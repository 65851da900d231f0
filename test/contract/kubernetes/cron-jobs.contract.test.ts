import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cronJob, until } from './manifests.ts';
import { openTarget, type Target } from './target.ts';

const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);
/** Long enough for a real cluster, where minutes pass in minutes. */
const PATIENCE = 200_000;

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

const create = async (name: string, schedule: string, extra: object) =>
  batch.createNamespacedCronJob({ namespace, body: cronJob(name, schedule, extra) });
const read = async (name: string) => batch.readNamespacedCronJob({ name, namespace });
const patch = async (name: string, body: object) =>
  batch.patchNamespacedCronJob({ name, namespace, body }, merge);
const started = async (name: string) =>
  until(`a start of ${name}`, async () => (await read(name)).status?.active?.[0]?.name, 10);
const lastSlot = (now: Date) => Math.floor(now.getTime() / 60_000);
/** Long enough for the controller to have acted, had it wanted to. */
const settle = async () => new Promise((resolve) => setTimeout(resolve, target.real ? 3000 : 600));

test(
  'resuming starts the latest missed slot at once, unless its starting deadline is over (trap 1)',
  async () => {
    await create('resumed', '* * * * *', { suspend: true });
    await create('late', '* * * * *', { suspend: true, startingDeadlineSeconds: 10 });
    await target.passMinute(15);
    const slot = lastSlot(target.now());
    await patch('late', { spec: { suspend: false } });
    await patch('resumed', { spec: { suspend: false } });
    expect(await started('resumed')).toBe(`resumed-${slot}`);
    await settle();
    expect((await read('late')).status?.active).toBeUndefined();
    for (const name of ['resumed', 'late']) await batch.deleteNamespacedCronJob({ name, namespace });
  },
  PATIENCE,
);

test(
  'a schedule moved to a slot that is over starts nothing until the next change of the CronJob (trap 3)',
  async () => {
    await create('moved', '0 0 1 1 *', { timeZone: 'Etc/UTC' });
    await settle();
    await target.passMinute(10);
    const slot = lastSlot(target.now());
    const at = new Date(slot * 60_000);
    await patch('moved', { spec: { schedule: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *` } });
    await settle();
    expect((await read('moved')).status?.active).toBeUndefined();
    await patch('moved', { metadata: { labels: { touched: 'yes' } } });
    expect(await started('moved')).toBe(`moved-${slot}`);
  },
  PATIENCE,
);

test(
  'a CronJob names its Job after the slot; suspending it leaves the Job running (traps 2 and 5)',
  async () => {
    await create('minutely', '* * * * *', { concurrencyPolicy: 'Forbid' });
    await target.passMinute(0);
    const cronJobNow = await until(
      'the first start',
      async () => {
        const found = await read('minutely');
        return found.status?.active?.length === 1 && found;
      },
      80,
    );
    const slot = (cronJobNow.status?.lastScheduleTime?.getTime() ?? 0) / 60_000;
    const name = `minutely-${slot}`;
    expect(cronJobNow.status?.active?.[0]).toMatchObject({ kind: 'Job', apiVersion: 'batch/v1', name });
    const job = await batch.readNamespacedJob({ name, namespace });
    expect(job.metadata?.labels).toEqual(expect.objectContaining({ app: 'minutely' }));
    expect(job.metadata?.annotations).toHaveProperty(['batch.kubernetes.io/cronjob-scheduled-timestamp']);
    expect(job.metadata?.ownerReferences).toEqual([
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        name: 'minutely',
        uid: cronJobNow.metadata?.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    await batch.patchNamespacedJob({ name, namespace, body: { spec: { suspend: true } } }, merge);
    await target.passMinute(0);
    const blocked = async () => {
      const fieldSelector = 'involvedObject.name=minutely,reason=JobAlreadyActive';
      return (await core.listNamespacedEvent({ namespace, fieldSelector })).items[0];
    };
    const event = await until('the next slot to be refused', blocked, 90);
    expect(event.message).toBe(
      'Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    await patch('minutely', { spec: { suspend: true } });
    expect((await read('minutely')).status?.active).toHaveLength(1);
  },
  PATIENCE,
);
