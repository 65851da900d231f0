import { planPatiently } from '../plan-patiently.ts';
import { defineStep } from '../step-kind.ts';
import { recheckJobs, reconcileJobs, verifyJobs } from './suspend-job/after.ts';
import { Data, Identity, Params } from './suspend-job/contract.ts';
import { executeOnJobs } from './suspend-job/execute.ts';
import { planJobs } from './suspend-job/plan.ts';

/** Stops the bare Job that owns the root sessions, so that it does not retry killed queries. */
export const step = defineStep({
  kind: 'kubernetes.suspend-job',
  title: 'Stop the Job behind the queries',
  description:
    'Suspends or deletes the Job, started by no CronJob, whose pods own the root sessions. It never guesses: without evidence there is nothing to do.',
  needs: ['databases', 'workloads'],
  actionClass: 'workload',
  params: Params,
  target: Identity,
  data: Data,
  undo: {
    impossible:
      'Resuming the Job starts its work from zero, at once: a person does it when the database can bear it, with kubectl patch job.',
  },
  plan: (ctx, params) => planPatiently(ctx, async () => planJobs(ctx, params)),
  recheck: recheckJobs,
  execute: executeOnJobs,
  reconcile: reconcileJobs,
  verify: verifyJobs,
});
