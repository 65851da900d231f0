import { z } from 'zod';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { dropIndexText, IndexToDrop } from '../../../domain/index-build.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { DroppableIndex } from '../../../ports/remedies.ts';
import { type Done, OTHER_SERVER, outcomeOfEach, type Skipped, verdictOf } from '../../parts.ts';
import { Drifted, type OutcomeOf, type Reconciliation, type StepContext } from '../../step-kind.ts';

type Ctx = StepContext<'databases'>;
type Targets = readonly { readonly identity: IndexToDrop }[];

/** Data of the outcome: what was dropped. */
export const DroppedIndexes = z.object({ dropped: z.array(IndexToDrop) });
type DroppedIndexes = z.infer<typeof DroppedIndexes>;

/** The index as it stands, or null when it is gone or another one has its name. */
async function present(ctx: Ctx, index: IndexToDrop): Promise<DroppableIndex | null> {
  const [found] = await ctx.ports.databases.indexesToDrop(
    ctx.incident.database,
    [`${index.schema}.${index.name}`],
    ctx.signal,
  );
  return found?.oid === index.oid ? found : null;
}

export async function recheckDrops(ctx: Ctx, targets: Targets): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const now = await present(ctx, identity);
    if (now === null) differences.push(`Index ${identity.name} is gone, or another one has its name.`);
    else if (now.serverStart !== identity.serverStart) differences.push(OTHER_SERVER);
    else if (now.building) differences.push(`Index ${identity.name} is built at this moment.`);
  }
  return differences;
}

/** Drops them one after the other; one that is gone is done. */
export async function dropAll(
  ctx: Ctx,
  targets: Targets,
  limits: { readonly lockSeconds: number },
): Promise<OutcomeOf<DroppedIndexes>> {
  const dropped: IndexToDrop[] = [];
  const done: Done[] = [];
  const skipped: Skipped[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const problem = await dropOne(ctx, identity, limits);
    if (problem === null) {
      done.push({ target: identity.name, detail: 'dropped' });
      dropped.push(identity);
    } else {
      if (done.length + skipped.length === 0 && problem.drifted) throw new Drifted([problem.why]);
      skipped.push({ target: identity.name, reason: problem.why });
    }
  }
  return outcomeOfEach(done, skipped, { dropped });
}

async function dropOne(
  ctx: Ctx,
  index: IndexToDrop,
  limits: { readonly lockSeconds: number },
): Promise<{ why: string; drifted: boolean } | null> {
  if ((await present(ctx, index)) === null) return null;
  try {
    const answer = await ctx.ports.databases.dropIndex(ctx.incident.database, index, limits, ctx.signal);
    if (answer === 'done') return null;
    return { why: 'The index or its server changed meanwhile.', drifted: true };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error)) throw error;
    // Whatever was answered, what is stored counts.
    return (await present(ctx, index)) === null
      ? null
      : { why: `Not dropped: ${describeError(error).message}`, drifted: false };
  }
}

export async function reconcileDrops(ctx: Ctx, targets: Targets): Promise<Reconciliation<DroppedIndexes>> {
  const left = [];
  for (const { identity } of targets) if ((await present(ctx, identity)) !== null) left.push(identity);
  if (left.length > 0) return { status: 'unfinished' };
  const done = targets.map(({ identity }) => ({
    target: identity.name,
    detail: 'gone; found so after an interruption of Firebreak',
  }));
  return {
    status: 'done',
    outcome: outcomeOfEach(done, [], { dropped: targets.map(({ identity }) => identity) }),
  };
}

export async function verifyDrops(
  ctx: Ctx,
  targets: Targets,
  { skipped }: OutcomeOf<DroppedIndexes>,
): Promise<Verdict> {
  const left: IndexToDrop[] = [];
  for (const { identity } of targets) if ((await present(ctx, identity)) !== null) left.push(identity);
  const evidence = targets.map(
    ({ identity }) => `${identity.name} is ${left.includes(identity) ? 'still there' : 'gone'}`,
  );
  return {
    ...verdictOf(left.length === 0 ? 'passed' : 'failed', `${evidence.join('; ')}.`),
    ...(left.length === 0
      ? {}
      : {
          situation: {
            known: [],
            unknown: [],
            done: skipped.map(({ reason }) => reason),
            next: left.map((index) => ({
              label: `by hand, as ${index.owner}, outside of a transaction`,
              language: 'sql' as const,
              text: `${dropIndexText(index)};`,
            })),
          },
        }),
  };
}
