import type { Job } from '../../../domain/cluster.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { SuspendedCronJob } from '../../../domain/suspension.ts';
import { changeCronJob } from '../../change-cronjob.ts';
import {
  type ApprovedSuspension,
  type Ctx,
  type Identity,
  JOBS,
  type SuspensionOutcome,
} from './contract.ts';
import { liveJobs } from './plan.ts';

type JobRecord = SuspendedCronJob['jobs'][number];
type Log = Pick<SuspensionOutcome, 'done' | 'skipped'>;

/** Suspends each approved CronJob, then deals with its unfinished Jobs. Safe to repeat: what is done stays done. */
export async function executeSuspension(
  ctx: Ctx,
  { targets, choices }: ApprovedSuspension,
): Promise<SuspensionOutcome> {
  const log: Log = { done: [], skipped: [] };
  const cronJobs: SuspendedCronJob[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const record = await suspendOne(ctx, identity, choices[JOBS] ?? 'leave', log);
    if (record !== null) cronJobs.push(record);
  }
  return suspensionOutcome(cronJobs, log);
}

/** The outcome as people read it, from what is known of each CronJob. */
export function suspensionOutcome(cronJobs: readonly SuspendedCronJob[], log: Log): SuspensionOutcome {
  const names = cronJobs.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  const jobs = cronJobs.flatMap((cronJob) => cronJob.jobs);
  const counted = (['suspended', 'deleted', 'left'] as const)
    .map((action) => ({ action, count: jobs.filter((job) => job.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ action, count }) => `${formatCount(count, 'Job')} ${action === 'left' ? 'left running' : action}`,
    );
  return {
    summary:
      cronJobs.length === 0
        ? 'No CronJob was suspended.'
        : `CronJob ${names} is suspended${counted.length === 0 ? '' : `; ${counted.join(', ')}`}.`,
    ...log,
    facts: [],
    table: null,
    causes: [],
    data: { cronJobs: [...cronJobs] },
  };
}

async function suspendOne(
  ctx: Ctx,
  identity: Identity,
  answer: string,
  log: Log,
): Promise<SuspendedCronJob | null> {
  const { workloads } = ctx.ports;
  const { ref } = identity;
  const label = `CronJob ${ref.namespace}/${ref.name}`;
  try {
    const fresh = await workloads.cronJob(ref, ctx.signal);
    if (fresh === null) {
      log.skipped.push({ target: label, reason: 'It does not exist any more; nothing to suspend.' });
      return null;
    }
    if (fresh.suspended) log.done.push({ target: label, detail: 'suspended already' });
    else {
      await changeCronJob(workloads, fresh, { suspend: true }, ctx.signal);
      log.done.push({ target: label, detail: 'suspended' });
    }
  } catch (error) {
    ctx.signal.throwIfAborted();
    log.skipped.push({ target: label, reason: describeError(error).message });
    return null;
  }
  const suspendedAt = ctx.clock.now().toISOString();
  const jobs = await handleJobs(ctx, identity, answer, log);
  const { previousSuspend, schedule, timeZone } = identity;
  return { ...ref, previousSuspend, schedule, timeZone, suspendedAt, jobs };
}

async function handleJobs(ctx: Ctx, identity: Identity, answer: string, log: Log): Promise<JobRecord[]> {
  let unfinished: Job[];
  try {
    unfinished = await ctx.ports.workloads.unfinishedJobs(identity.ref, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    log.skipped.push({ target: `Jobs of ${identity.ref.name}`, reason: describeError(error).message });
    return [];
  }
  const records = handledBefore(identity, unfinished, answer);
  for (const job of liveJobs(unfinished)) records.push(await handleJob(ctx, job, answer, log));
  return records;
}

/** Jobs that this step dealt with before a crash: live when it was planned, suspended or gone now. */
export function handledBefore(identity: Identity, unfinished: readonly Job[], answer: string): JobRecord[] {
  return identity.jobs
    .filter(({ suspended }) => !suspended)
    .flatMap(({ name, uid }): JobRecord[] => {
      const now = unfinished.find((job) => job.uid === uid);
      if (now === undefined) return answer === 'delete' ? [{ name, uid, action: 'deleted' }] : [];
      return now.suspended ? [{ name, uid, action: 'suspended' }] : [];
    });
}

async function handleJob(ctx: Ctx, job: Job, answer: string, log: Log): Promise<JobRecord> {
  const { name, uid } = job;
  const target = `Job ${job.namespace}/${name}`;
  if (answer === 'leave') {
    log.skipped.push({ target, reason: 'left running, as decided' });
    return { name, uid, action: 'left' };
  }
  try {
    if (answer === 'delete') await ctx.ports.workloads.deleteJob(job, ctx.signal);
    else await ctx.ports.workloads.suspendJob(job, true, ctx.signal);
    const action = answer === 'delete' ? 'deleted' : 'suspended';
    log.done.push({ target, detail: action });
    return { name, uid, action };
  } catch (error) {
    ctx.signal.throwIfAborted();
    log.skipped.push({ target, reason: describeError(error).message });
    return { name, uid, action: 'left' };
  }
}
