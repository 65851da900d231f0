import { formatBytes } from '../../../domain/format.ts';
import { endSessions } from '../../shared/ending/end-sessions.ts';
import { recheckEnding, reconcileEnding } from '../../shared/ending/recheck.ts';
import { Drifted, type Reconciliation } from '../../step-kind.ts';
import { type ApprovedCancel, type CancelOutcome, type Ctx, type Data, replicaOf } from './contract.ts';

/** The same on the server that the targets are on. */
export function onReplica<A extends ApprovedCancel>(approved: A) {
  const { cancelSeconds, proofSeconds } = approved.params;
  return {
    plan: approved.plan,
    targets: approved.targets,
    params: { server: replicaOf(approved), cancelSeconds, proofSeconds },
  };
}

/** What differs from the plan; a standby that was promoted takes writes, and then nothing is cancelled there. */
export async function recheckCancel(ctx: Ctx, approved: ApprovedCancel): Promise<string[]> {
  if (approved.targets.length === 0) return ['There is no session to cancel.'];
  const promoted = await whyNoStandby(ctx, replicaOf(approved));
  return promoted === null ? await recheckEnding(ctx, onReplica(approved)) : [promoted];
}

export async function executeCancel(ctx: Ctx, approved: ApprovedCancel): Promise<CancelOutcome> {
  const replica = replicaOf(approved);
  const before = await ctx.ports.databases.replicaStatus(ctx.incident.database, replica, ctx.signal);
  if (!before.inRecovery) throw new Drifted([noStandby(replica)]);
  const outcome = await endSessions(ctx, onReplica(approved));
  return {
    ...outcome,
    facts: [
      ...outcome.facts,
      ...(before.replayBytes === null
        ? []
        : [{ name: `To replay on ${replica} before`, value: formatBytes(before.replayBytes) }]),
    ],
    data: { ...outcome.data, replica, replayPosition: before.replayPosition },
  };
}

export async function reconcileCancel(ctx: Ctx, approved: ApprovedCancel): Promise<Reconciliation<Data>> {
  if (approved.targets.length === 0) return { status: 'unfinished' };
  const found = await reconcileEnding(ctx, onReplica(approved));
  if (found.status !== 'done') return found;
  const { outcome } = found;
  return {
    status: 'done',
    outcome: { ...outcome, data: { ...outcome.data, replica: replicaOf(approved), replayPosition: null } },
  };
}

async function whyNoStandby(ctx: Ctx, replica: string): Promise<string | null> {
  const { inRecovery } = await ctx.ports.databases.replicaStatus(ctx.incident.database, replica, ctx.signal);
  return inRecovery ? null : noStandby(replica);
}

function noStandby(replica: string): string {
  return `Replica ${replica} is no standby any more: it was promoted and takes writes.`;
}
