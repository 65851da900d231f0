import { Scaling } from '../../domain/deployment-change.ts';
import { planPatiently } from '../plan-patiently.ts';
import { defineStep } from '../step-kind.ts';
import { Identity, Params } from './scale-deployment/contract.ts';
import {
  executeScaling,
  recheckScaling,
  reconcileScaling,
  verifyScaling,
} from './scale-deployment/execute.ts';
import { planScaling } from './scale-deployment/plan.ts';

/** Takes pods away from a Deployment whose connections fill the slots; decided again, it gives them back. */
export const step = defineStep({
  kind: 'kubernetes.scale-deployment',
  title: 'Scale the Deployment behind the connections',
  description:
    'Scales the Deployment that leaks or storms to a chosen number of pods and keeps the former number. With `undo` it offers to scale back what this run scaled down.',
  needs: ['databases', 'workloads'],
  actionClass: 'workload',
  params: Params,
  target: Identity,
  data: Scaling,
  undo: { stepKind: 'kubernetes.scale-deployment' },
  plan: (ctx, params) =>
    params.undo ? planScaling(ctx, params) : planPatiently(ctx, async () => planScaling(ctx, params)),
  recheck: recheckScaling,
  execute: executeScaling,
  reconcile: reconcileScaling,
  verify: verifyScaling,
});
