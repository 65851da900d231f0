import { planPatiently } from '../plan-patiently.ts';
import { isSameSession } from '../shared/ending/contract.ts';
import { proveGone } from '../shared/ending/prove-gone.ts';
import { proveReplay } from '../shared/replay/prove-replay.ts';
import { defineStep } from '../step-kind.ts';
import { Data, Identity, Params } from './cancel-on-replica/contract.ts';
import { executeCancel, onReplica, recheckCancel, reconcileCancel } from './cancel-on-replica/execute.ts';
import { planCancel } from './cancel-on-replica/plan.ts';

/** Cancels what blocks replay on a replica, or overloads it; the primary is not touched. */
export const step = defineStep({
  kind: 'postgres.cancel-on-replica',
  title: 'Cancel what blocks or overloads a replica',
  description:
    'Cancels the root sessions of a replay conflict or of an overload on the replica that has it, guarded by the identity of the backend. Then it proves that they stay away, and, in bytes, that replay goes on.',
  needs: ['databases', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: Identity,
  data: Data,
  undo: { impossible: 'A cancelled query cannot be continued; its client has to run it again.' },
  plan: (ctx, params) => planPatiently(ctx, async () => planCancel(ctx, params)),
  isSameTarget: (planned, now) => isSameSession(planned, now),
  recheck: recheckCancel,
  execute: executeCancel,
  reconcile: reconcileCancel,
  async verify(ctx, approved, outcome) {
    const gone = await proveGone(ctx, onReplica(approved), outcome);
    const forReplay = approved.targets.some(({ identity }) => identity.blocksReplay);
    if (gone.status !== 'passed' || !forReplay) return gone;
    const replay = await proveReplay(ctx, {
      replica: outcome.data.replica,
      from: outcome.data.replayPosition,
      seconds: approved.params.replaySeconds,
    });
    return { ...replay, evidence: `${gone.evidence} ${replay.evidence}` };
  },
});
