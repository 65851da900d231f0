import { planPatiently } from '../plan-patiently.ts';
import { isSameSession } from '../shared/ending/contract.ts';
import { defineStep } from '../step-kind.ts';
import { Data, Identity, Params } from './terminate-idle/contract.ts';
import { executeTermination, recheckTermination, reconcileTermination } from './terminate-idle/execute.ts';
import { planTermination } from './terminate-idle/plan.ts';
import { verifyTermination } from './terminate-idle/verify.ts';

/** Ends idle sessions of the one service that leaks, and measures whether the slots stay free. */
export const step = defineStep({
  kind: 'postgres.terminate-idle',
  title: 'Terminate idle sessions of the leaking service',
  description:
    'Ends the idle sessions of the one service that a connection leak was traced to, longest idle first, each guarded by its identity and its last query. It never touches other services, and measures whether the connections come back.',
  needs: ['databases', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: Identity,
  data: Data,
  undo: { impossible: 'An ended connection cannot be restored; its client opens another one.' },
  plan: (ctx, params) => planPatiently(ctx, async () => planTermination(ctx, params)),
  isSameTarget: (planned, now) => isSameSession(planned, now),
  recheck: recheckTermination,
  execute: executeTermination,
  reconcile: reconcileTermination,
  verify: verifyTermination,
});
