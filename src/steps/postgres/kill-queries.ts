import { planPatiently } from '../plan-patiently.ts';
import { Data, isSameSession } from '../shared/ending/contract.ts';
import { endSessions } from '../shared/ending/end-sessions.ts';
import { proveGone } from '../shared/ending/prove-gone.ts';
import { recheckEnding, reconcileEnding } from '../shared/ending/recheck.ts';
import { defineStep } from '../step-kind.ts';
import { Identity, Params } from './kill-queries/contract.ts';
import { planKill } from './kill-queries/plan.ts';

/** Cancels, and if need be terminates, the sessions behind the incident, and proves that they stay away. */
export const step = defineStep({
  kind: 'postgres.kill-queries',
  title: 'Kill the queries behind the incident',
  description:
    'Cancels the root sessions of the top cause and terminates those that do not end; every signal is guarded by the identity of the backend. Then it proves that nothing respawned.',
  needs: ['databases', 'poolers', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: Identity,
  data: Data,
  undo: { impossible: 'A cancelled query cannot be continued; its client has to run it again.' },
  plan: (ctx, params) => planPatiently(ctx, async () => planKill(ctx, params)),
  isSameTarget: (planned, now) => isSameSession(planned, now),
  recheck: (ctx, approved) => recheckEnding(ctx, approved),
  execute: (ctx, approved) => endSessions(ctx, approved),
  reconcile: (ctx, approved) => reconcileEnding(ctx, approved),
  verify: (ctx, approved, outcome) => proveGone(ctx, approved, outcome),
});
