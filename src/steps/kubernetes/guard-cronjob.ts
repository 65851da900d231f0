import { CronJobEdit, EditedCronJobs } from '../../domain/cronjob-change.ts';
import {
  executeEdits,
  recheckEdits,
  reconcileEdits,
  verifyEdits,
} from '../shared/cronjob/carry-out-edits.ts';
import { defineStep } from '../step-kind.ts';
import { Params } from './guard-cronjob/contract.ts';
import { planGuards } from './guard-cronjob/plan.ts';

/** Bounds the runs of CronJobs, so that none comes late, beside another, again and again, or for ever. */
export const step = defineStep({
  kind: 'kubernetes.guard-cronjob',
  title: 'Bound the runs of CronJobs',
  description:
    'Sets what is missing of startingDeadlineSeconds, activeDeadlineSeconds, concurrencyPolicy and backoffLimit, as one set that fits the interval of the CronJob and its longest good run. What is set already stays.',
  needs: ['workloads'],
  actionClass: 'workload',
  params: Params,
  target: CronJobEdit,
  data: EditedCronJobs,
  undo: { stepKind: 'kubernetes.restore-cronjob' },
  plan: planGuards,
  recheck: recheckEdits,
  execute: executeEdits,
  reconcile: reconcileEdits,
  verify: (ctx, _approved, outcome) => verifyEdits(ctx, outcome, 0),
});
