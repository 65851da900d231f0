import { defineStep } from '../step-kind.ts';
import { recheckResumption, reconcileResumption, verifyResumption } from './resume-cronjob/after.ts';
import { Data, Identity, Params } from './resume-cronjob/contract.ts';
import { executeResumption } from './resume-cronjob/execute.ts';
import { planResumption } from './resume-cronjob/plan.ts';

/** Starts what this run suspended again, off-peak by default, and never with a run at once. */
export const step = defineStep({
  kind: 'kubernetes.resume-cronjob',
  title: 'Resume or reschedule the suspended CronJob',
  description:
    'Offers to reschedule, resume or keep each CronJob that this run suspended. startingDeadlineSeconds keeps a missed slot from starting a run at once.',
  needs: ['workloads'],
  actionClass: 'workload',
  params: Params,
  target: Identity,
  data: Data,
  undo: { stepKind: 'kubernetes.suspend-cronjob' },
  plan: planResumption,
  recheck: recheckResumption,
  execute: executeResumption,
  reconcile: reconcileResumption,
  verify: verifyResumption,
});
