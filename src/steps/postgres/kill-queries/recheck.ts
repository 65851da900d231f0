import { formatCount } from '../../../domain/format.ts';
import type { Reconciliation } from '../../step-kind.ts';
import type { ApprovedKill, Ctx, Data } from './contract.ts';
import { emptyResult, killOutcome } from './execute.ts';
import { distinctSources } from './sources.ts';

/** What differs from the plan: a source that was disarmed is armed again, or nothing that was selected is left. */
export async function recheckKill(ctx: Ctx, { targets, params }: ApprovedKill): Promise<string[]> {
  const differences: string[] = [];
  for (const source of distinctSources(targets.map(({ identity }) => identity))) {
    if (source.armed) continue;
    const now = await ctx.ports.workloads.cronJob(source, ctx.signal);
    if (now !== null && !now.suspended) {
      differences.push(
        `CronJob ${source.namespace}/${source.name} is no longer suspended and would start the queries again: suspend it first.`,
      );
    }
  }
  const sessions = targets.map(({ identity }) => identity.session);
  const alive = await ctx.ports.databases.alive(ctx.incident.database, params.server, sessions, ctx.signal);
  if (alive.length === 0)
    differences.push(
      `None of the ${formatCount(targets.length, 'selected session')} runs its transaction any more; there may be nothing left to kill.`,
    );
  return differences;
}

/** After a crash: when some still run, executing again is safe, because every signal is guarded by identity. */
export async function reconcileKill(
  ctx: Ctx,
  { targets, params }: ApprovedKill,
): Promise<Reconciliation<Data>> {
  const sessions = targets.map(({ identity }) => identity.session);
  const alive = await ctx.ports.databases.alive(ctx.incident.database, params.server, sessions, ctx.signal);
  if (alive.length > 0) return { status: 'unfinished' };
  const results = targets.map((target) => ({ ...emptyResult(target), ended: true }));
  return { status: 'done', outcome: killOutcome(results) };
}
