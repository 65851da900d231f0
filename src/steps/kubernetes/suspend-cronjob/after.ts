import { nameOf } from '../../../domain/cluster.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { SuspendedCronJob, Suspension } from '../../../domain/suspension.ts';
import { verdictOf } from '../../parts.ts';
import { lookAtCronJob, suspendByHand } from '../../shared/cronjob/by-hand.ts';
import type { Reconciliation } from '../../step-kind.ts';
import { type ApprovedSuspension, type Ctx, JOBS, type SuspensionOutcome } from './contract.ts';
import { handledBefore, suspensionOutcome } from './execute.ts';
import { liveJobs } from './plan.ts';

/** Milliseconds between two looks at the Jobs; the controller acts 100 to 300 ms after a patch (measured). */
const POLL_MS = 1000;

/** What differs from the plan: identity, the suspended flag, the schedule, Jobs that nobody was asked about. */
export async function recheckSuspension(
  ctx: Ctx,
  { targets, choices }: ApprovedSuspension,
): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const { ref } = identity;
    const label = `CronJob ${nameOf(ref)}`;
    const now = await ctx.ports.workloads.cronJob(ref, ctx.signal);
    if (now === null) {
      differences.push(`${label} does not exist any more, or was made anew.`);
      continue;
    }
    if (now.suspended !== identity.previousSuspend) {
      differences.push(`${label} is ${now.suspended ? 'suspended' : 'no longer suspended'} now.`);
    }
    if (now.schedule !== identity.schedule || now.timeZone !== identity.timeZone) {
      differences.push(`The schedule of ${label} changed from "${identity.schedule}" to "${now.schedule}".`);
    }
    if (choices[JOBS] !== undefined) continue;
    const live = liveJobs(await ctx.ports.workloads.unfinishedJobs(ref, ctx.signal));
    if (live.length > 0) differences.push(`${label} started ${live.map(({ name }) => name).join(', ')}.`);
  }
  return differences;
}

/** After a crash: done when every CronJob is suspended and its Jobs are as decided; repeating is safe otherwise. */
export async function reconcileSuspension(
  ctx: Ctx,
  { targets, choices }: ApprovedSuspension,
): Promise<Reconciliation<Suspension>> {
  const answer = choices[JOBS] ?? 'leave';
  const records: SuspendedCronJob[] = [];
  for (const { identity } of targets) {
    const { ref, previousSuspend, schedule, timeZone } = identity;
    const now = await ctx.ports.workloads.cronJob(ref, ctx.signal);
    if (now === null || !now.suspended) return { status: 'unfinished' };
    const unfinished = await ctx.ports.workloads.unfinishedJobs(ref, ctx.signal);
    const live = liveJobs(unfinished);
    if (answer !== 'leave' && live.length > 0) return { status: 'unfinished' };
    const left = live.map(({ name, uid }) => ({ name, uid, action: 'left' as const }));
    const jobs = [...handledBefore(identity, unfinished, answer), ...left];
    const suspendedAt = ctx.clock.now().toISOString();
    records.push({ ...ref, previousSuspend, schedule, timeZone, suspendedAt, jobs, uncertain: false });
  }
  const done = records.map(({ namespace, name }) => ({
    target: `CronJob ${namespace}/${name}`,
    detail: 'It was found suspended after an interruption of Firebreak.',
  }));
  return { status: 'done', outcome: suspensionOutcome(records, { done, skipped: [] }) };
}

/** Waits until spec.suspend is true and no Job that was to end still runs; not at all when nothing was changed. */
export async function verifySuspension(
  ctx: Ctx,
  { targets, params, choices }: ApprovedSuspension,
  { data, skipped }: SuspensionOutcome,
): Promise<Verdict> {
  const start = ctx.clock.steady();
  const deadline = data.cronJobs.length === 0 ? start : start + params.verifySeconds * 1000;
  const ends = (choices[JOBS] ?? 'leave') !== 'leave';
  for (;;) {
    const { open, unread } = await openPoints(ctx, targets, ends);
    const now = ctx.clock.steady();
    const after = `After ${formatDuration((now - start) / 1000)}:`;
    if (open.length + unread.length === 0) return verdictOf('passed', passedText(data, (now - start) / 1000));
    if (now >= deadline) {
      const refs = targets.map(({ identity }) => identity.ref);
      const situation = {
        known: [],
        unknown: unread,
        done: skipped.map(({ target, reason }) => `${target}: ${reason}`),
        next: [...refs.map(lookAtCronJob), ...refs.map(suspendByHand)],
      };
      return open.length > 0
        ? { ...verdictOf('failed', `${after} ${open.join(' ')}`), situation }
        : {
            ...verdictOf('inconclusive', `${after} it could not be read whether it is suspended.`),
            situation,
          };
    }
    ctx.progress({ text: [...open, ...unread].join(' '), series: [] });
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

/** What is not yet as decided, and what could not be read. */
async function openPoints(
  ctx: Ctx,
  targets: ApprovedSuspension['targets'],
  ends: boolean,
): Promise<{ open: string[]; unread: string[] }> {
  const open: string[] = [];
  const unread: string[] = [];
  for (const { identity } of targets) {
    const label = nameOf(identity.ref);
    try {
      const cronJob = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
      if (cronJob !== null && !cronJob.suspended) open.push(`CronJob ${label} is not suspended.`);
      const jobs = await ctx.ports.workloads.unfinishedJobs(identity.ref, ctx.signal);
      const busy = ends ? jobs.filter((job) => !job.finished && (!job.suspended || job.active > 0)) : [];
      if (busy.length > 0)
        open.push(
          `${formatCount(busy.length, 'Job of', 'Jobs of')} ${label} ${busy.length === 1 ? 'still runs or ends its' : 'still run or end their'} pods.`,
        );
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`CronJob ${label} could not be read: ${describeError(error).message}`);
    }
  }
  return { open, unread };
}

function passedText({ cronJobs }: Suspension, seconds: number): string {
  const left = cronJobs.flatMap(({ jobs }) => jobs).filter(({ action }) => action === 'left').length;
  const jobs = left === 0 ? 'no Job of it runs' : `${formatCount(left, 'Job')} left running as decided`;
  return `${formatCount(cronJobs.length, 'CronJob')} suspended, ${jobs}, after ${formatDuration(seconds)}. The queries in PostgreSQL may still run: kill them next.`;
}
