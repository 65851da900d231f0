import { Rollback } from '../../domain/deployment-change.ts';
import { planPatiently } from '../plan-patiently.ts';
import { defineStep } from '../step-kind.ts';
import { Identity, Params } from './rollback-deployment/contract.ts';
import {
  executeRollback,
  recheckRollback,
  reconcileRollback,
  verifyRollback,
} from './rollback-deployment/execute.ts';
import { planRollback } from './rollback-deployment/plan.ts';

/** Gives a Deployment the pod template from before its newest rollout, as `kubectl rollout undo` does. */
export const step = defineStep({
  kind: 'kubernetes.rollback-deployment',
  title: 'Roll back the Deployment behind the connections',
  description:
    'Rolls the Deployment that leaks or storms back to the revision before, and shows what changes in its pods, without values of variables. With `undo` it offers to roll forward again what this run rolled back.',
  needs: ['databases', 'workloads'],
  actionClass: 'workload',
  params: Params,
  target: Identity,
  data: Rollback,
  undo: { stepKind: 'kubernetes.rollback-deployment' },
  plan: (ctx, params) =>
    params.undo ? planRollback(ctx, params) : planPatiently(ctx, async () => planRollback(ctx, params)),
  recheck: recheckRollback,
  execute: executeRollback,
  reconcile: reconcileRollback,
  verify: verifyRollback,
});
