import { planPatiently } from '../plan-patiently.ts';
import { Data, isSameSession } from '../shared/ending/contract.ts';
import { endSessions } from '../shared/ending/end-sessions.ts';
import { reconcileEnding } from '../shared/ending/recheck.ts';
import { defineStep } from '../step-kind.ts';
import { Blocker, Params } from './end-blockers/contract.ts';
import { planEnd } from './end-blockers/plan.ts';
import { proveFree } from './end-blockers/prove-free.ts';
import { recheckBlockers } from './end-blockers/recheck.ts';

/** Ends the few sessions that hold up all others, and proves that the queue is gone and did not form again. */
export const step = defineStep({
  kind: 'postgres.end-blockers',
  title: 'End what blocks the others',
  description:
    'Cancels the schema change, or terminates the idle transaction, at the head of a lock queue; never a session that waits, never autovacuum. Then it proves that nobody waits any more, also not behind somebody else.',
  needs: ['databases', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: Blocker,
  data: Data,
  undo: {
    impossible: 'What an ended transaction had not committed is rolled back; its client has to do it again.',
  },
  plan: (ctx, params) => planPatiently(ctx, async () => planEnd(ctx, params)),
  isSameTarget: (planned, now) => isSameSession(planned, now),
  recheck: (ctx, approved) => recheckBlockers(ctx, approved),
  execute: (ctx, approved) => endSessions(ctx, approved),
  reconcile: (ctx, approved) => reconcileEnding(ctx, approved),
  verify: (ctx, approved, outcome) => proveFree(ctx, approved, outcome),
});
