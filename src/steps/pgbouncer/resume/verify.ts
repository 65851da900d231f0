import { waitsLong } from '../../../diagnosis/pools.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { verdictOf } from '../../parts.ts';
import {
  type ApprovedResume,
  type Ctx,
  pausedIn,
  type ResumeOutcome,
  type ResumeTarget,
  resumeId,
} from './contract.ts';

const POLL_MS = 1000;

/** Looks until nothing of it is paused and nobody waits long, or until its deadline. */
export async function verifyResume(
  ctx: Ctx,
  { targets, params }: ApprovedResume,
  { data }: ResumeOutcome,
): Promise<Verdict> {
  const start = ctx.clock.steady();
  const refused = targets.filter(({ id }) => !data.resumed.includes(id));
  for (;;) {
    const left: string[] = refused.map(({ label }) => `${label} could not be resumed`);
    for (const target of targets) left.push(...(await lookAt(ctx, target)));
    const seconds = (ctx.clock.steady() - start) / 1000;
    if (left.length === 0) {
      const evidence = `Nothing of it is paused and nobody waits, ${formatDuration(seconds)} after.`;
      return { ...verdictOf('passed', evidence), milestone: 'mitigated' };
    }
    if (seconds >= params.proofSeconds || refused.length > 0) return notOver(ctx, targets, left);
    ctx.progress({ text: `Still: ${left.join('; ')}.`, series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function lookAt(ctx: Ctx, { id, label, identity }: ResumeTarget): Promise<string[]> {
  try {
    const reading = await ctx.ports.poolers.read(ctx.incident.database, identity.pooler, ctx.signal);
    const paused = pausedIn(reading).some((one) => resumeId(one) === id);
    const waiting = reading.pools.filter(
      (pool) => (identity.pool === null || pool.database === identity.pool) && waitsLong({ pool }),
    );
    return [
      ...(paused ? [`${label} is paused again`] : []),
      ...waiting.map(
        (pool) =>
          `${formatCount(pool.clientsWaiting, 'client')} waiting for ${pool.database}, the first for ${formatDuration(pool.maxWaitSeconds)}`,
      ),
    ];
  } catch (error) {
    ctx.signal.throwIfAborted();
    return [`${label} could not be read: ${describeError(error).message}`];
  }
}

function notOver(ctx: Ctx, targets: readonly ResumeTarget[], left: readonly string[]): Verdict {
  return {
    ...verdictOf(
      'failed',
      `Not over: ${left.join('; ')}. Diagnose again: what waits now waits for something else.`,
    ),
    situation: {
      known: [],
      unknown: [],
      done: [],
      next: targets.map(({ identity }) => ({
        label: `who waits in ${identity.pooler}`,
        language: 'text',
        text: ctx.ports.poolers.byHand(ctx.incident.database, identity, 'SHOW POOLS'),
      })),
    },
  };
}
