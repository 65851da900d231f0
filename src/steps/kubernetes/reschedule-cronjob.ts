import { CronJobEdit, EditedCronJobs } from '../../domain/cronjob-change.ts';
import {
  executeEdits,
  recheckEdits,
  reconcileEdits,
  verifyEdits,
} from '../shared/cronjob/carry-out-edits.ts';
import { defineStep } from '../step-kind.ts';
import { Params } from './reschedule-cronjob/contract.ts';
import { planRescheduling } from './reschedule-cronjob/plan.ts';

/** Moves CronJobs out of the hours of high load, without a run at once. */
export const step = defineStep({
  kind: 'kubernetes.reschedule-cronjob',
  title: 'Move CronJobs out of the peak hours',
  description:
    'Gives each CronJob that starts in the hours of audits.peak a schedule outside of them, in the time zone of the peak. It keeps how often it runs as far as it can, and startingDeadlineSeconds keeps a passed slot from starting a run at once.',
  needs: ['workloads'],
  actionClass: 'workload',
  params: Params,
  target: CronJobEdit,
  data: EditedCronJobs,
  undo: { stepKind: 'kubernetes.restore-cronjob' },
  plan: planRescheduling,
  recheck: recheckEdits,
  execute: executeEdits,
  reconcile: reconcileEdits,
  verify: (ctx, { params }, outcome) => verifyEdits(ctx, outcome, params.observeSeconds),
});
