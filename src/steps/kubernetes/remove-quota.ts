import { z } from 'zod';
import { defineStep } from '../step-kind.ts';
import { Identity, Removed } from './remove-quota/contract.ts';
import { executeRemoval, recheckRemoval, reconcileRemoval, verifyRemoval } from './remove-quota/execute.ts';
import { planRemoval } from './remove-quota/plan.ts';

/** Takes back the bounds that this run has made. */
export const step = defineStep({
  kind: 'kubernetes.remove-quota',
  title: 'Remove the bounds that this run made',
  description:
    'Deletes exactly the ResourceQuotas and LimitRanges that a step of this run has made. One that somebody changed since is left alone.',
  needs: ['workloads'],
  actionClass: 'workload',
  params: z.strictObject({}),
  target: Identity,
  data: Removed,
  undo: { impossible: 'Go back to the step that had made them: it makes a new plan.' },
  plan: planRemoval,
  recheck: recheckRemoval,
  execute: executeRemoval,
  reconcile: reconcileRemoval,
  verify: verifyRemoval,
});
