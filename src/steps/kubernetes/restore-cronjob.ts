import { z } from 'zod';
import { CronJobEdit, EditedCronJobs } from '../../domain/cronjob-change.ts';
import {
  executeEdits,
  recheckEdits,
  reconcileEdits,
  verifyEdits,
} from '../shared/cronjob/carry-out-edits.ts';
import { defineStep } from '../step-kind.ts';
import { planRestoring } from './restore-cronjob/plan.ts';

/** Takes back what the remedies of this run have changed of CronJobs. */
export const step = defineStep({
  kind: 'kubernetes.restore-cronjob',
  title: 'Restore the CronJobs that this run changed',
  description:
    'Gives every schedule, time zone, deadline and policy that a step of this run has changed its previous value back. What somebody else has changed since is left alone, and no missed slot starts a run at once.',
  needs: ['workloads'],
  actionClass: 'workload',
  params: z.strictObject({
    observeSeconds: z
      .int()
      .min(0)
      .max(300)
      .default(15)
      .describe('How long nothing unannounced may start, seconds'),
  }),
  target: CronJobEdit,
  data: EditedCronJobs,
  undo: { impossible: 'Go back to the step that had changed it: it makes a new plan.' },
  plan: planRestoring,
  recheck: recheckEdits,
  execute: executeEdits,
  reconcile: reconcileEdits,
  verify: (ctx, { params }, outcome) => verifyEdits(ctx, outcome, params.observeSeconds),
});
