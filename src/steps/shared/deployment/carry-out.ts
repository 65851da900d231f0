import { type Deployment, nameOf, type WorkloadRef } from '../../../domain/cluster.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { type Done, type Skipped, verdictOf } from '../../parts.ts';
import type { StepContext } from '../../step-kind.ts';
import { type Change, changeDeployment, lookAtDeployment } from './change.ts';

type Ctx = StepContext<'workloads'>;

const POLL_MS = 1000;

/** What became of each Deployment, as people read it. */
export interface Log {
  readonly done: Done[];
  readonly skipped: Skipped[];
}

/** What differs from the plan: a Deployment is another one, or what `differs` says of it. */
export async function recheckDeployments<I extends { readonly ref: WorkloadRef }>(
  ctx: Ctx,
  targets: readonly { readonly identity: I }[],
  differs: (identity: I, now: Deployment) => string[],
): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const now = await ctx.ports.workloads.deployment(identity.ref, ctx.signal);
    if (now === null)
      differences.push(`Deployment ${nameOf(identity.ref)} does not exist any more, or was made anew.`);
    else differences.push(...differs(identity, now));
  }
  return differences;
}

/**
 * Makes a change and writes down what came of it. True when its answer was lost and nothing says whether it was made.
 * @param words `detail` of what was done, and `asked`, such as `scaled`, for when that is not known.
 */
export async function changeAndLog(
  ctx: Ctx,
  ref: WorkloadRef,
  change: Change,
  { log, detail, asked }: { readonly log: Log; readonly detail: string; readonly asked: string },
): Promise<boolean> {
  const target = `Deployment ${nameOf(ref)}`;
  const made = await changeDeployment(ctx, ref, change);
  if (made === 'unknown') {
    const reason = `The answer was lost, and it could not be read whether it was ${asked}.`;
    log.skipped.push({ target, reason });
  } else log.done.push({ target, detail: made === 'found' ? `${detail}; it was found so` : detail });
  return made === 'unknown';
}

/** Looks until no Deployment has an open point any more, or until the time is over; seconds. */
export async function waitForDeployments<D extends WorkloadRef>(
  ctx: Ctx,
  deployments: readonly D[],
  options: {
    readonly seconds: number;
    readonly openPoints: (wanted: D, now: Deployment | null) => string[];
    readonly passed: (after: string) => string;
  },
): Promise<Verdict> {
  const start = ctx.clock.steady();
  for (;;) {
    const { problems, unread } = await lookAtAll(ctx, deployments, options.openPoints);
    const seconds = (ctx.clock.steady() - start) / 1000;
    const after = formatDuration(seconds);
    const open = [...problems, ...unread];
    if (open.length === 0) return verdictOf('passed', options.passed(after));
    if (seconds >= options.seconds) {
      const next = deployments.map(lookAtDeployment);
      return {
        ...verdictOf(problems.length > 0 ? 'failed' : 'inconclusive', `After ${after}: ${open.join(' ')}`),
        situation: { known: [], unknown: unread, done: [], next },
      };
    }
    ctx.progress({ text: open.join(' '), series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function lookAtAll<D extends WorkloadRef>(
  ctx: Ctx,
  deployments: readonly D[],
  openPoints: (wanted: D, now: Deployment | null) => string[],
): Promise<{ problems: string[]; unread: string[] }> {
  const problems: string[] = [];
  const unread: string[] = [];
  for (const wanted of deployments) {
    try {
      problems.push(...openPoints(wanted, await ctx.ports.workloads.deployment(wanted, ctx.signal)));
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`Deployment ${nameOf(wanted)} could not be read: ${describeError(error).message}`);
    }
  }
  return { problems, unread };
}
