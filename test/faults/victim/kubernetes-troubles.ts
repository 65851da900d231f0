import { setTimeout as delay } from 'node:timers/promises';
import { merge } from '../../sandbox/kubernetes/cluster.ts';
import type { Stage } from './stage.ts';
import { mustSay, type Trouble } from './trouble.ts';

const CRON_JOB = { name: 'batch', namespace: 'analytics' };
const PATCH = { path: 'cronjobs/batch', method: 'PATCH' };
const status = (code: number, reason: string, message: string) => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
});
const overloaded = (seconds: number) => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: 'Too many requests, please try again later.\n',
});

/** A trouble of the API in one phase of the suspension; `says` stands on the card that it leads to. */
function inSuspension(
  fault: string,
  boundary: 'plan' | 'recheck' | 'patch',
  how: object,
  ...says: (string | RegExp)[]
): Trouble {
  return {
    fault: `Kubernetes: ${fault}`,
    boundary: `suspend, ${boundary}`,
    async run(stage) {
      if (boundary === 'plan') await stage.failKubernetes({ path: 'cronjobs', ...how });
      await stage.begin();
      if (boundary !== 'plan') {
        await stage.card('suspend', /What it changes|Acts on /);
        await stage.failKubernetes(
          boundary === 'patch' ? { ...PATCH, ...how } : { path: 'cronjobs/batch', method: 'GET', ...how },
        );
        await stage.click('suspend', 'run');
      }
      mustSay(await stage.card('suspend', /Try again/), ...says, 'By hand');
      await stage.healKubernetes();
      await assertArmed(stage);
    },
  };
}

async function assertArmed({ scene }: Stage): Promise<void> {
  const { spec } = await scene.cluster.batch.readNamespacedCronJob(CRON_JOB);
  if (spec?.suspend === true) throw new Error('The CronJob is suspended, and the card says that it is not.');
}

export const kubernetesTroubles: readonly Trouble[] = [
  inSuspension(
    '401, token expired',
    'plan',
    status(401, 'Unauthorized', 'Unauthorized'),
    'cannot be told, because the cluster could not be read',
    'renew the token in the kubeconfig',
    'Diagnosis:',
  ),
  inSuspension('no connection', 'plan', { drop: true }, 'cannot be told', 'Kubernetes cannot be reached'),
  inSuspension(
    '500',
    'recheck',
    status(500, 'InternalError', 'etcdserver: leader changed'),
    'nothing was done',
    'leader changed',
    '/readyz?verbose',
  ),
  inSuspension(
    '429 that asks for a minute',
    'patch',
    overloaded(60),
    'CronJob analytics/batch was not changed',
    'Try again in 1m00s, as it asks',
    'kubectl -n analytics patch cronjob batch',
  ),
  inSuspension(
    '403',
    'patch',
    status(
      403,
      'Forbidden',
      'cronjobs.batch "batch" is forbidden: User "system:serviceaccount:firebreak:firebreak" cannot patch resource "cronjobs" in API group "batch" in the namespace "analytics"',
    ),
    'cannot patch resource "cronjobs"',
    '{apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["patch"]} in a Role of namespace analytics',
    'kubectl -n analytics create role firebreak-patch-cronjobs --verb=patch --resource=cronjobs.batch',
    'CronJob analytics/batch was not changed',
  ),
  inSuspension(
    'an admission webhook denies the patch',
    'patch',
    status(
      400,
      'BadRequest',
      'admission webhook "freeze.example.com" denied the request: no changes before Monday',
    ),
    'no changes before Monday',
    'The admission webhook freeze.example.com refuses this change',
    'was not changed',
  ),
  inSuspension(
    '503 after the dry run',
    'patch',
    { ...status(503, 'ServiceUnavailable', 'not now'), path: 'cronjobs/batch\\?fieldManager' },
    'Read again at',
    'was not changed',
    '/readyz?verbose',
  ),
  inSuspension(
    '409 again and again',
    'patch',
    status(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version'),
    'the object has been modified',
    'was not changed',
  ),
  {
    fault: 'Kubernetes: 429 that asks for a second',
    boundary: 'suspend, patch',
    async run(stage) {
      await stage.begin();
      await stage.card('suspend', /Acts on /);
      await stage.failKubernetes({ ...PATCH, ...overloaded(1), times: 1 });
      await stage.click('suspend', 'run');
      mustSay(await stage.card('suspend', /Verified/), 'CronJob analytics/batch is suspended');
    },
  },
  {
    fault: 'Kubernetes: the answer is lost',
    boundary: 'suspend, patch',
    async run(stage) {
      await stage.begin();
      await stage.card('suspend', /Acts on /);
      // The dry run has another query string in front.
      stage.kubernetes.cutAt('cronjobs/batch?fieldManager', 'after');
      await stage.click('suspend', 'run');
      mustSay(await stage.card('suspend', /Verified/), 'the answer was lost, and it was found so');
    },
  },
  {
    fault: 'Kubernetes: somebody changes the CronJob',
    boundary: 'suspend, between plan and patch',
    allowed: { specChanges: 2 },
    async run(stage) {
      await stage.begin();
      await stage.card('suspend', /Acts on /);
      await change(stage, { spec: { schedule: '5 5 * * *' } });
      await stage.click('suspend', 'run');
      mustSay(await stage.card('suspend', /5 5 \* \* \*/), 'The schedule of CronJob analytics/batch changed');
      await assertArmed(stage);
    },
  },
  {
    fault: 'Kubernetes: a stale read',
    boundary: 'suspend, before the patch',
    async run(stage) {
      await stage.begin();
      await stage.card('suspend', /Acts on /);
      const stale = await raw(stage);
      await change(stage, { metadata: { labels: { touched: 'yes' } } });
      // What the re-check and the patch rest on is older than the object: the API refuses, and it is read again.
      await stage.failKubernetes({
        path: 'cronjobs/batch',
        method: 'GET',
        status: 200,
        body: stale,
        times: 2,
      });
      await stage.click('suspend', 'run');
      mustSay(await stage.card('suspend', /Verified/), 'CronJob analytics/batch is suspended');
    },
  },
  {
    fault: 'Kubernetes: 410, a list expires on the way',
    boundary: 'suspend, plan',
    async run(stage) {
      await stage.failKubernetes({ path: 'cronjobs', ...status(410, 'Expired', 'too old'), times: 1 });
      await stage.begin();
      await stage.card('suspend', /Acts on /);
    },
  },
  {
    fault: 'Kubernetes: no answer at all',
    boundary: 'kill, re-check and plan',
    async run(stage) {
      await stage.begin();
      await stage.click('suspend', 'run');
      await stage.card('kill', /Acts on /);
      stage.kubernetes.refuse(true);
      stage.kubernetes.cut();
      await stage.click('kill', 'run');
      // The kill needs the database alone; whoever decides is told that nobody knows what is armed.
      mustSay(
        await stage.card('kill', /Not read: CronJobs in namespace analytics/),
        'It could not be read whether CronJob analytics/batch is still suspended',
      );
      await stage.click('kill', 'run');
      await stage.card('kill', /All 3 sessions ended/);
      await delay(100);
      stage.kubernetes.refuse(false);
    },
  },
];

async function change({ scene }: Stage, body: object): Promise<void> {
  await scene.cluster.batch.patchNamespacedCronJob({ ...CRON_JOB, body }, merge);
}

async function raw({ scene }: Stage): Promise<unknown> {
  const { url } = scene.cluster.sandbox;
  const path = '/apis/batch/v1/namespaces/analytics/cronjobs/batch';
  const answer = await fetch(`${url}${path}`, { headers: { authorization: 'Bearer secret' } });
  return await answer.json();
}
