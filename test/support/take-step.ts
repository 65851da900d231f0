import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Plan, proposedSelection, type Selection } from '../../src/domain/plan.ts';
import type { Databases } from '../../src/ports/databases.ts';
import type { EarlierStep, StepContext, StepKind } from '../../src/steps/step-kind.ts';
import { createWorld, type World } from './ports.ts';

/** What a step sees on the real database `shop`, by the real clock and without a cluster. */
export function realContext(
  databases: Databases,
  {
    earlier = [],
    world = createWorld(),
  }: { readonly earlier?: readonly EarlierStep[]; readonly world?: World } = {},
): StepContext {
  const ctx = world.context(earlier);
  return {
    ...ctx,
    clock: systemClock,
    incident: { ...ctx.incident, database: 'shop' },
    ports: { ...ctx.ports, databases },
  };
}

/** Plans, re-checks, executes and verifies one step on a real database, and looks that it is known to be done. */
export async function takeStep(
  kind: StepKind,
  {
    ctx,
    params = {},
    select = proposedSelection,
  }: {
    readonly ctx: StepContext;
    readonly params?: object;
    readonly select?: (plan: Plan) => Selection;
  },
): Promise<EarlierStep & { readonly outcome: NonNullable<EarlierStep['outcome']> }> {
  const plan = await kind.plan(ctx, params);
  expect(plan.nothingToDo).toBeNull();
  const selection = select(plan);
  expect(await kind.recheck(ctx, plan, selection)).toEqual([]);
  const outcome = await kind.execute(ctx, plan, selection);
  const verdict = await kind.verify(ctx, plan, selection, outcome);
  expect(verdict).toMatchObject({ status: 'passed' });
  expect(await kind.reconcile(ctx, plan, selection)).toMatchObject({ status: 'done' });
  const begunAt = systemClock.now().toISOString();
  return { stepId: kind.kind, kind: kind.kind, plan, selection, begunAt, outcome, verdict };
}
