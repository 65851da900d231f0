import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { hashJson } from '../../../domain/json.ts';
import { boundName } from '../../../domain/namespace-bounds.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { outcomeOf, type Skipped, verdictOf } from '../../parts.ts';
import { Drifted, type Reconciliation } from '../../step-kind.ts';
import type { ApprovedRemoval, Ctx, Identity, RemovalOutcome, Removed } from './contract.ts';

/** What differs from the plan: somebody changed one of them. */
export async function recheckRemoval(ctx: Ctx, { targets }: ApprovedRemoval): Promise<string[]> {
  const differences = await Promise.all(targets.map(async ({ identity }) => changed(ctx, identity)));
  return differences.flat();
}

async function changed(ctx: Ctx, bound: Identity): Promise<string[]> {
  const now = await ctx.ports.workloads.bound(bound, ctx.signal);
  const isSame = now?.uid !== bound.uid || hashJson(now.spec) === hashJson(bound.spec);
  return isSame ? [] : [`${boundName(bound)} was changed by somebody since the plan.`];
}

/** Deletes each, guarded by its uid. Safe to repeat: what is gone is gone. */
export async function executeRemoval(ctx: Ctx, { targets }: ApprovedRemoval): Promise<RemovalOutcome> {
  const removed: string[] = [];
  const skipped: Skipped[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const target = boundName(identity);
    try {
      const differs = await changed(ctx, identity);
      if (differs.length > 0) throw new Drifted(differs);
      if (!(await isGone(ctx, identity))) await ctx.ports.workloads.deleteBound(identity, ctx.signal);
      removed.push(target);
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (
        removed.length === 0 &&
        (error instanceof Drifted || (targets.length === 1 && isFirebreakError(error)))
      )
        throw error;
      skipped.push({ target, reason: describeError(error).message });
    }
  }
  return removalOutcome(removed, skipped);
}

async function isGone(ctx: Ctx, bound: Identity): Promise<boolean> {
  return (await ctx.ports.workloads.bound(bound, ctx.signal))?.uid !== bound.uid;
}

/** After a crash: done when all are gone. */
export async function reconcileRemoval(
  ctx: Ctx,
  { targets }: ApprovedRemoval,
): Promise<Reconciliation<Removed>> {
  for (const { identity } of targets) if (!(await isGone(ctx, identity))) return { status: 'unfinished' };
  return {
    status: 'done',
    outcome: removalOutcome(
      targets.map(({ identity }) => boundName(identity)),
      [],
    ),
  };
}

/** Looks that none is there any more. */
export async function verifyRemoval(
  ctx: Ctx,
  { targets }: ApprovedRemoval,
  { skipped }: RemovalOutcome,
): Promise<Verdict> {
  const there: string[] = [];
  for (const { identity } of targets) if (!(await isGone(ctx, identity))) there.push(boundName(identity));
  const why = skipped.map(({ target, reason }) => `${target}: ${reason}`).join(' ');
  const evidence =
    there.length === 0
      ? `${targets.map(({ identity }) => boundName(identity)).join(', ')} is gone.`
      : `${there.join(', ')} is still there. ${why}`;
  const status = there.length === 0 ? 'passed' : 'failed';
  return verdictOf(status, evidence.trim());
}

function removalOutcome(removed: string[], skipped: RemovalOutcome['skipped']): RemovalOutcome {
  return outcomeOf({
    summary: removed.length === 0 ? 'Nothing was removed.' : `Removed ${removed.join(', ')}.`,
    done: removed.map((target) => ({ target, detail: 'deleted' })),
    skipped,
    data: { removed },
  });
}
