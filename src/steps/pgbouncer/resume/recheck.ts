import type { Reconciliation } from '../../step-kind.ts';
import { type ApprovedResume, type Ctx, type Data, isPaused } from './contract.ts';
import { resumeOutcome } from './execute.ts';

/** What differs from the plan: the primary is a standby now, or somebody else has resumed it. */
export async function recheckResume(ctx: Ctx, { targets }: ApprovedResume): Promise<string[]> {
  const { inRecovery } = await ctx.ports.databases.snapshot(ctx.incident.database, 'primary', ctx.signal);
  const differences = inRecovery
    ? [
        'The server that answers as the primary is in recovery now: resumed, the clients would be led to a standby.',
      ]
    : [];
  for (const { label, identity } of targets) {
    if (!(await isPaused(ctx, identity))) differences.push(`${label} is not paused any more.`);
  }
  return differences;
}

/** After a crash: what is not paused was resumed, by us or by somebody else; RESUME for the rest is safe. */
export async function reconcileResume(ctx: Ctx, { targets }: ApprovedResume): Promise<Reconciliation<Data>> {
  for (const { identity } of targets) {
    if (await isPaused(ctx, identity)) return { status: 'unfinished' };
  }
  return {
    status: 'done',
    outcome: resumeOutcome(
      targets.map((target) => ({ target, answer: 'not paused any more' as const, problem: null })),
    ),
  };
}
