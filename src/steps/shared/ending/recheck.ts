import { nameOf } from '../../../domain/cluster.ts';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Reconciliation } from '../../step-kind.ts';
import type { Data } from './contract.ts';
import { emptyResult, endingOutcome } from './end-sessions.ts';
import type { ApprovedEnding, Source, SourceCtx } from './source.ts';
import { distinctSources } from './sources.ts';

/** What differs from the plan: a source that was disarmed is armed again, or nothing that was selected is left. */
export async function recheckEnding(ctx: SourceCtx, { targets, params }: ApprovedEnding): Promise<string[]> {
  const differences: string[] = [];
  for (const source of distinctSources(targets.map(({ identity }) => identity))) {
    if (source.armed) continue;
    const difference = await disarmedDifference(ctx, source);
    if (difference !== null) differences.push(difference);
  }
  const sessions = targets.map(({ identity }) => identity.session);
  try {
    const alive = await ctx.ports.databases.alive(ctx.incident.database, params.server, sessions, ctx.signal);
    if (alive.length === 0)
      differences.push(
        `None of the ${formatCount(targets.length, 'selected session')} runs its transaction any more; there may be nothing left to kill.`,
      );
  } catch (error) {
    if (!isFirebreakError(error) || error.code !== 'database-changed') throw error;
    differences.push(error.message);
  }
  return differences;
}

/** A cluster that does not answer must not stop a kill, but whoever decides has to know. */
async function disarmedDifference(ctx: SourceCtx, source: Source): Promise<string | null> {
  const name = `CronJob ${nameOf(source)}`;
  try {
    const now = await ctx.ports.workloads.cronJob(source, ctx.signal);
    if (now === null || now.suspended) return null;
    return `${name} is no longer suspended and would start the queries again: suspend it first.`;
  } catch (error) {
    ctx.signal.throwIfAborted();
    return `It could not be read whether ${name} is still suspended: ${describeError(error).message}`;
  }
}

/** After a crash: when some still run, executing again is safe, because every signal is guarded by identity. */
export async function reconcileEnding(
  ctx: SourceCtx,
  { targets, params }: ApprovedEnding,
): Promise<Reconciliation<Data>> {
  const sessions = targets.map(({ identity }) => identity.session);
  const alive = await ctx.ports.databases.alive(ctx.incident.database, params.server, sessions, ctx.signal);
  if (alive.length > 0) return { status: 'unfinished' };
  const results = targets.map((target) => ({ ...emptyResult(target), ended: true }));
  return { status: 'done', outcome: endingOutcome(results) };
}
