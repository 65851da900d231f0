import { describeError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { verdictOf } from '../../parts.ts';
import type { Reconciliation } from '../../step-kind.ts';
import {
  type ApprovedJobs,
  type Ctx,
  type Data,
  HOW,
  type JobsOutcome,
  jobLabel,
  readJob,
} from './contract.ts';
import { byHand, jobsOutcome } from './execute.ts';

/** Milliseconds between two looks; the controller acts 100 to 300 ms after a patch (measured). */
const POLL_MS = 1000;

/** What differs from the plan: a Job that has ended, or that somebody stopped. */
export async function recheckJobs(ctx: Ctx, { targets }: ApprovedJobs): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const now = await readJob(ctx, identity.ref);
    if (now === null) differences.push(`${jobLabel(identity.ref)} has finished, or is gone.`);
    else if (now.suspended) differences.push(`${jobLabel(identity.ref)} is suspended now.`);
  }
  return differences;
}

/** After a crash: done when every Job is as decided; repeating is safe otherwise. A Job that is gone is deleted or ended. */
export async function reconcileJobs(
  ctx: Ctx,
  { targets, choices }: ApprovedJobs,
): Promise<Reconciliation<Data>> {
  const jobs: Data['jobs'] = [];
  for (const { identity } of targets) {
    const now = await readJob(ctx, identity.ref);
    if (now === null) jobs.push({ ...identity.ref, action: 'deleted' });
    else if (now.suspended && choices[HOW] !== 'delete') jobs.push({ ...identity.ref, action: 'suspended' });
    else return { status: 'unfinished' };
  }
  const done = jobs.map((job) => ({
    target: jobLabel(job),
    detail:
      job.action === 'suspended'
        ? 'It was found suspended after an interruption of Firebreak.'
        : 'It was gone or finished after an interruption of Firebreak.',
  }));
  return { status: 'done', outcome: jobsOutcome(jobs, { done, skipped: [] }) };
}

/** Waits until no pod of the Jobs runs any more. */
export async function verifyJobs(
  ctx: Ctx,
  { targets, params }: ApprovedJobs,
  { data, skipped }: JobsOutcome,
): Promise<Verdict> {
  const start = ctx.clock.steady();
  const deadline = data.jobs.length === 0 ? start : start + params.verifySeconds * 1000;
  for (;;) {
    const open: string[] = [];
    const unread: string[] = [];
    for (const { identity } of targets) {
      try {
        const now = await readJob(ctx, identity.ref);
        if (now !== null && (!now.suspended || now.active > 0))
          open.push(
            `${jobLabel(identity.ref)} ${now.suspended ? 'still ends its pods' : 'is not suspended'}.`,
          );
      } catch (error) {
        ctx.signal.throwIfAborted();
        unread.push(describeError(error).message);
      }
    }
    const seconds = (ctx.clock.steady() - start) / 1000;
    if (open.length + unread.length === 0) {
      const text = `It is stopped, and none of its pods runs, after ${formatDuration(seconds)}. Its queries in PostgreSQL may still run: kill them next.`;
      return verdictOf('passed', text);
    }
    if (ctx.clock.steady() >= deadline) {
      const situation = {
        known: [],
        unknown: unread,
        done: skipped.map(({ target, reason }) => `${target}: ${reason}`),
        next: targets.map(({ identity }) => byHand(identity)),
      };
      const after = `After ${formatDuration(seconds)}:`;
      return open.length > 0
        ? { ...verdictOf('failed', `${after} ${open.join(' ')}`), situation }
        : { ...verdictOf('inconclusive', `${after} it could not be read whether it is stopped.`), situation };
    }
    ctx.progress({ text: [...open, ...unread].join(' '), series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}
