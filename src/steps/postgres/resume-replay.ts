import { planPatiently } from '../plan-patiently.ts';
import { proveReplay } from '../shared/replay/prove-replay.ts';
import { defineStep } from '../step-kind.ts';
import { Data, Identity, Params } from './resume-replay/contract.ts';
import { executeResume, recheckResume, reconcileResume } from './resume-replay/execute.ts';
import { planResume } from './resume-replay/plan.ts';

/** Resumes replay that is paused on a replica, and proves in bytes that it goes on. */
export const step = defineStep({
  kind: 'postgres.resume-replay',
  title: 'Resume replay on a replica',
  description:
    'Resumes replay where it is paused, guarded by the server and the place in its log; never at a recovery target, and never where PostgreSQL would shut the standby down. Then it proves, in bytes, that replay goes on.',
  needs: ['databases', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: Identity,
  data: Data,
  undo: {
    impossible:
      'What was replayed cannot be taken back; SELECT pg_wal_replay_pause() stops replay again where it then is.',
  },
  plan: (ctx, params) => planPatiently(ctx, async () => planResume(ctx, params)),
  recheck: recheckResume,
  execute: executeResume,
  reconcile: reconcileResume,
  async verify(ctx, { params }, { data }) {
    const [first] = data.resumed;
    return await proveReplay(ctx, {
      replica: first?.replica ?? '',
      from: first?.replayPosition ?? null,
      seconds: params.replaySeconds,
    });
  },
});
