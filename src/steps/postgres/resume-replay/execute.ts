import type { ReplicaStatus } from '../../../domain/replica.ts';
import { outcomeOf, type Skipped } from '../../parts.ts';
import { Drifted, type Reconciliation } from '../../step-kind.ts';
import type { ApprovedResume, Ctx, Data, Identity, ResumeOutcome } from './contract.ts';

const refusals: Readonly<Record<string, string>> = {
  server_changed: 'was restarted, or another server answers under its name',
  promoted: 'is no standby any more: it was promoted and takes writes',
  not_paused: 'is not paused any more',
  moved: 'is paused at another place in the log: somebody resumed and paused it again',
  recovery_target: 'has a recovery target now; resuming would promote it',
};

/** What differs from the plan: only exactly this pause is ended. */
export async function recheckResume(ctx: Ctx, { targets }: ApprovedResume): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const why = differenceOf(identity, await statusOf(ctx, identity));
    if (why !== null) differences.push(`Replica ${identity.replica} ${refusals[why] ?? why}.`);
  }
  return differences;
}

/** One guarded statement for each replica. */
export async function executeResume(ctx: Ctx, { targets }: ApprovedResume): Promise<ResumeOutcome> {
  const resumed: Identity[] = [];
  const skipped: Skipped[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const { replica, ...pause } = identity;
    const verdict = await ctx.ports.databases.resumeReplay(ctx.incident.database, replica, pause, ctx.signal);
    const why = verdict.replace(/^refused:/, '');
    if (verdict === 'ok') resumed.push(identity);
    else skipped.push({ target: replica, reason: `It ${refusals[why] ?? why}.` });
  }
  if (resumed.length === 0) throw new Drifted(skipped.map(({ target, reason }) => `${target}: ${reason}`));
  return resumeOutcome(resumed, skipped);
}

/** After a crash: replay that is not paused any more has been resumed, by whomever. */
export async function reconcileResume(ctx: Ctx, { targets }: ApprovedResume): Promise<Reconciliation<Data>> {
  const identities = targets.map(({ identity }) => identity);
  const found = await Promise.all(
    identities.map(async (identity) => differenceOf(identity, await statusOf(ctx, identity))),
  );
  if (found.every((why) => why === 'not_paused')) {
    return { status: 'done', outcome: resumeOutcome(identities, []) };
  }
  if (found.every((why) => why === null || why === 'not_paused')) return { status: 'unfinished' };
  return {
    status: 'unknown',
    why: found.flatMap((why) => (why === null ? [] : (refusals[why] ?? why))).join('; '),
  };
}

async function statusOf(ctx: Ctx, { replica }: Identity): Promise<ReplicaStatus> {
  return await ctx.ports.databases.replicaStatus(ctx.incident.database, replica, ctx.signal);
}

function differenceOf({ startedAt, replayPosition }: Identity, status: ReplicaStatus): string | null {
  if (status.startedAt !== startedAt) return 'server_changed';
  if (!status.inRecovery) return 'promoted';
  if (!status.replayPaused) return 'not_paused';
  return status.replayPosition === replayPosition ? null : 'moved';
}

function resumeOutcome(resumed: readonly Identity[], skipped: ResumeOutcome['skipped']): ResumeOutcome {
  return outcomeOf({
    summary: `Replay was resumed on ${resumed.map(({ replica }) => replica).join(', ')}.`,
    done: resumed.map(({ replica }) => ({ target: replica, detail: 'replay resumed' })),
    skipped,
    data: { resumed: [...resumed] },
  });
}
