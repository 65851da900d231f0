import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { formatBytes, formatDuration } from '../../../domain/format.ts';
import type { IndexSpec } from '../../../domain/index-build.ts';
import { type Done, outcomeOfEach, type Skipped } from '../../parts.ts';
import { Drifted, type OutcomeOf } from '../../step-kind.ts';
import { afterBuild, type IndexCtx, watchBuild } from './index-state.ts';
import type { BuiltIndexes } from './outcome.ts';

interface Limits {
  readonly lockSeconds: number;
}
type Result = { readonly detail: string } | { readonly problem: string };

/** Builds the indexes one after the other. What a failed build leaves behind is dropped before the next one. */
export async function buildAll(
  ctx: IndexCtx,
  targets: readonly { readonly identity: IndexSpec }[],
  limits: Limits,
): Promise<OutcomeOf<BuiltIndexes>> {
  const built: IndexSpec[] = [];
  const done: Done[] = [];
  const skipped: Skipped[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const target = identity.name;
    const first = done.length + skipped.length === 0;
    const result = await buildOne(ctx, identity, { ...limits, first }).catch((error: unknown): Result => {
      ctx.signal.throwIfAborted();
      // What was built before is told, and remembered for its undo.
      if (first || !isFirebreakError(error)) throw error;
      return { problem: `Not known whether it was built: ${error.message}` };
    });
    if ('problem' in result) skipped.push({ target, reason: result.problem });
    else {
      done.push({ target, detail: result.detail });
      built.push(identity);
    }
  }
  return outcomeOfEach(done, skipped, { built });
}

async function buildOne(
  ctx: IndexCtx,
  spec: IndexSpec,
  limits: Limits & { readonly first: boolean },
): Promise<Result> {
  // An interrupted try may have left it whole, in work, or broken.
  const before = await afterBuild(ctx, spec);
  if (before.is === 'valid') return { detail: `it is there already, ${formatBytes(before.bytes)}` };
  if (before.is === 'other-index') return { problem: 'Another index has its name by now.' };
  if (before.is === 'other-table' || before.is === 'other-server') {
    const differs = `Table ${spec.table} is not the one that was planned any more.`;
    if (limits.first) throw new Drifted([differs]);
    return { problem: differs };
  }
  if (before.is === 'invalid') await dropLeftover(ctx, spec, limits);
  const startedAt = ctx.clock.steady();
  try {
    const work = ctx.ports.databases.buildIndex(ctx.incident.database, spec, limits, ctx.signal);
    const answer = await watchBuild(ctx, spec, work);
    if (answer !== 'done') {
      if (limits.first) throw new Drifted([`Table ${spec.table} or its server changed before the build.`]);
      return { problem: 'The table or its server changed before the build.' };
    }
  } catch (error) {
    if (!isFirebreakError(error)) throw error;
    return await afterFailure(ctx, spec, { limits, why: error.message });
  }
  const took = formatDuration((ctx.clock.steady() - startedAt) / 1000);
  const state = await afterBuild(ctx, spec);
  return state.is === 'valid'
    ? { detail: `built in ${took}, ${formatBytes(state.bytes)}` }
    : await afterFailure(ctx, spec, { limits, why: 'PostgreSQL left it invalid.' });
}

/** The build may go on when only the answer was lost; broken is dropped. */
async function afterFailure(
  ctx: IndexCtx,
  spec: IndexSpec,
  { limits, why }: { readonly limits: Limits; readonly why: string },
): Promise<Result> {
  const state = await afterBuild(ctx, spec);
  if (state.is === 'valid') return { detail: `built, ${formatBytes(state.bytes)}; its answer was lost` };
  if (state.is !== 'invalid') return { problem: `Not built: ${why} Nothing is left of it.` };
  try {
    await dropLeftover(ctx, spec, limits);
    return { problem: `Not built: ${why} What it left was dropped.` };
  } catch (error) {
    ctx.signal.throwIfAborted();
    return {
      problem: `Not built: ${why} It left an invalid index, which could not be dropped: ${describeError(error).message}`,
    };
  }
}

async function dropLeftover(ctx: IndexCtx, spec: IndexSpec, limits: Limits): Promise<void> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const [left] = await databases.indexesToDrop(database, [`${spec.schema}.${spec.name}`], ctx.signal);
  if (left === undefined || left.valid || left.building) return;
  await databases.dropIndex(database, left, limits, ctx.signal);
}
