import { defineStep } from '../step-kind.ts';
import {
  CapturePart,
  executeRemoval,
  Removed,
  recheckRemoval,
  reconcileRemoval,
  verifyRemoval,
} from './remove-capture/carry-out.ts';
import { Params, planRemoval } from './remove-capture/plan.ts';

/** Takes back what postgres.capture-changes has made. */
export const step = defineStep({
  kind: 'postgres.remove-capture',
  title: 'Drop the slot and the publication of an analytics database',
  description:
    'Drops the slot and the publication that a step of this run has made, or those that the parameters name; the slot first, so that the log is free again. A slot that a subscriber reads is left alone: the subscription goes first.',
  needs: ['databases'],
  actionClass: 'session',
  params: Params,
  target: CapturePart,
  data: Removed,
  undo: {
    impossible:
      'Go back to the step that had made it: it makes a new plan. A subscriber has to copy the tables again.',
  },
  plan: planRemoval,
  recheck: async (ctx, { targets }) => await recheckRemoval(ctx, targets),
  execute: async (ctx, { targets }) => await executeRemoval(ctx, targets),
  reconcile: async (ctx, { targets }) => await reconcileRemoval(ctx, targets),
  verify: async (ctx, { targets }, outcome) => await verifyRemoval(ctx, targets, outcome),
});
