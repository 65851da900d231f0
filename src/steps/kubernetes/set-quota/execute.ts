import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { hashJson } from '../../../domain/json.ts';
import {
  type Bound,
  boundName,
  type MadeBounds,
  type StoredBound,
} from '../../../domain/namespace-bounds.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { parseQuantity } from '../../../domain/quantity.ts';
import { outcomeOf, verdictOf } from '../../parts.ts';
import { Drifted, type Reconciliation } from '../../step-kind.ts';
import { type ApprovedBounds, type BoundsOutcome, type Ctx, chosenBounds } from './contract.ts';
import { type Amount, amounts, amountText, noDefaults, useOf } from './fit.ts';

const POLL_MS = 1000;
type Made = MadeBounds['made'][number];
type Log = Pick<BoundsOutcome, 'done' | 'skipped'>;

/** What differs from the plan: an object of the name is there, or more runs than the quota would allow. */
export async function recheckBounds(ctx: Ctx, approved: ApprovedBounds): Promise<string[]> {
  const differences: string[] = [];
  for (const bound of chosenBounds(approved)) {
    const found = await ctx.ports.workloads.bound(bound, ctx.signal);
    if (found !== null && !isSame(found, bound)) differences.push(`${boundName(bound)} is there already.`);
    differences.push(...(await tooSmall(ctx, bound)));
  }
  return differences;
}

/** A quota below what runs now would refuse the pods that replace it. */
async function tooSmall(ctx: Ctx, bound: Bound): Promise<string[]> {
  if (bound.kind !== 'ResourceQuota') return [];
  const pods = await ctx.ports.workloads.podUse(bound.namespace, ctx.signal);
  const now = useOf(pods, noDefaults);
  const hard = bound.spec.hard as Record<string, string>;
  const over = amounts.filter((name) => name in hard && now[name] > (parseQuantity(hard[name] ?? '') ?? 0));
  return over.map(
    (name: Amount) =>
      `${bound.namespace} uses ${amountText(name, now[name])} of ${name} now, more than the ${hard[name]} that were planned.`,
  );
}

/** Makes each, the LimitRange before the quota. Safe to repeat: what is there as planned stays. */
export async function executeBounds(ctx: Ctx, approved: ApprovedBounds): Promise<BoundsOutcome> {
  const made: Made[] = [];
  const log: Log = { done: [], skipped: [] };
  const refused = new Set<string>();
  for (const bound of chosenBounds(approved)) {
    ctx.signal.throwIfAborted();
    const target = boundName(bound);
    if (refused.has(bound.namespace)) {
      log.skipped.push({ target, reason: 'What belongs before it was not made.' });
      continue;
    }
    try {
      const stored = await makeOne(ctx, bound);
      made.push({ ...bound, uid: stored.uid });
      log.done.push({ target, detail: 'made' });
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (made.length === 0 && (error instanceof Drifted || isFirebreakError(error))) throw error;
      refused.add(bound.namespace);
      log.skipped.push({ target, reason: describeError(error).message });
    }
  }
  return boundsOutcome(made, log);
}

async function makeOne(ctx: Ctx, bound: Bound): Promise<StoredBound> {
  const { workloads } = ctx.ports;
  const present = await workloads.bound(bound, ctx.signal);
  if (present !== null && isSame(present, bound)) return present;
  const differs = present === null ? await tooSmall(ctx, bound) : [`${boundName(bound)} is there already.`];
  if (differs.length > 0) throw new Drifted(differs);
  await workloads.createBound(bound, { dryRun: true }, ctx.signal);
  try {
    return await workloads.createBound(bound, { dryRun: false }, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error) || !error.retryable) throw error;
    // The answer was lost: the cluster says whether it was made.
    const found = await workloads.bound(bound, ctx.signal).catch(() => null);
    ctx.signal.throwIfAborted();
    if (found !== null && isSame(found, bound)) return found;
    throw error;
  }
}

/** After a crash the cluster says what was made: each has a name of its own, and what it holds. */
export async function reconcileBounds(
  ctx: Ctx,
  approved: ApprovedBounds,
): Promise<Reconciliation<MadeBounds>> {
  const bounds = chosenBounds(approved);
  const made: Made[] = [];
  for (const bound of bounds) {
    const found = await ctx.ports.workloads.bound(bound, ctx.signal);
    if (found !== null && !isSame(found, bound))
      return { status: 'unknown', why: `${boundName(bound)} is there, and is not as it was planned.` };
    if (found !== null) made.push({ ...bound, uid: found.uid });
  }
  if (made.length < bounds.length) return { status: 'unfinished' };
  const done = made.map((bound) => ({
    target: boundName(bound),
    detail: 'found as decided after an interruption of Firebreak',
  }));
  return { status: 'done', outcome: boundsOutcome(made, { done, skipped: [] }) };
}

/** Reads each back and waits until the cluster has counted what is used of the quota. */
export async function verifyBounds(
  ctx: Ctx,
  { params }: ApprovedBounds,
  { data, skipped }: BoundsOutcome,
): Promise<Verdict> {
  const start = ctx.clock.steady();
  for (;;) {
    const findings = await Promise.all(data.made.map(async (bound) => lookAt(ctx, bound)));
    const wrong = [
      ...findings.flatMap(({ wrong: one }) => one ?? []),
      ...skipped.map(({ target, reason }) => `${target}: ${reason}`),
    ];
    const open = findings.flatMap(({ open: one }) => one ?? []);
    const late = ctx.clock.steady() - start >= params.verifySeconds * 1000;
    if (wrong.length > 0) return verdictOf('failed', wrong.join(' '));
    if (open.length === 0) return verdictOf('passed', findings.flatMap(({ good }) => good ?? []).join(' '));
    if (late) return verdictOf('inconclusive', open.join(' '));
    ctx.progress({ text: open.join(' '), series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function lookAt(ctx: Ctx, bound: Made): Promise<{ wrong?: string; open?: string; good?: string }> {
  const name = boundName(bound);
  let found: StoredBound | null;
  try {
    found = await ctx.ports.workloads.bound(bound, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return { open: `${name} could not be read: ${describeError(error).message}` };
  }
  if (found === null) return { wrong: `${name} is gone.` };
  if (!isSame(found, bound)) return { wrong: `${name} was changed by somebody.` };
  if (bound.kind === 'LimitRange') return { good: `${name} gives new containers their limits.` };
  const hard = bound.spec.hard as Record<string, string>;
  const { used } = found;
  if (Object.keys(used).length === 0)
    return { open: `${name}: the cluster has not counted what is used yet.` };
  const over = Object.keys(hard).filter(
    (one) => (parseQuantity(used[one] ?? '0') ?? 0) > (parseQuantity(hard[one] ?? '0') ?? 0),
  );
  if (over.length > 0)
    return {
      wrong: `${name} is exceeded already: ${over.map((one) => `${one} ${used[one]} of ${hard[one]}`).join(', ')}.`,
    };
  const parts = Object.keys(hard).map((one) => `${one} ${used[one] ?? '0'} of ${hard[one]}`);
  return { good: `${name} counts ${parts.join(', ')}.` };
}

/** Whether one in the cluster says the same as one that was to be made. */
function isSame({ spec }: Pick<StoredBound, 'spec'>, bound: Bound): boolean {
  return hashJson(spec) === hashJson(bound.spec);
}

function boundsOutcome(made: readonly Made[], log: Log): BoundsOutcome {
  return outcomeOf({
    summary: made.length === 0 ? 'Nothing was made.' : `Made ${made.map(boundName).join(', ')}.`,
    ...log,
    data: { made: [...made] },
  });
}
