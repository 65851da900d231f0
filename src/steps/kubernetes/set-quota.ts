import { MadeBounds } from '../../domain/namespace-bounds.ts';
import { defineStep } from '../step-kind.ts';
import { Identity, Params } from './set-quota/contract.ts';
import { executeBounds, recheckBounds, reconcileBounds, verifyBounds } from './set-quota/execute.ts';
import { planBounds } from './set-quota/plan.ts';

/** Bounds what the pods of a namespace may ask for altogether, and what each container gets that states nothing. */
export const step = defineStep({
  kind: 'kubernetes.set-quota',
  title: 'Bound the namespaces of batch jobs',
  description:
    'Makes a ResourceQuota and a LimitRange in each configured namespace that lacks one, fitted to what its pods ask for now and at the known peak, with headroom. Never below what runs now.',
  needs: ['workloads'],
  actionClass: 'workload',
  params: Params,
  target: Identity,
  data: MadeBounds,
  undo: { stepKind: 'kubernetes.remove-quota' },
  plan: planBounds,
  recheck: recheckBounds,
  execute: executeBounds,
  reconcile: reconcileBounds,
  verify: verifyBounds,
});
