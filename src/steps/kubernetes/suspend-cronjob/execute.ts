import { type Job, nameOf } from '../../../domain/cluster.ts';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { SuspendedCronJob } from '../../../domain/suspension.ts';
import { outcomeOf } from '../../parts.ts';
import { suspendByHand } from '../../shared/cronjob/by-hand.ts';
import { type CronJobChanged, changeCronJob, nothingChanged } from '../../shared/cronjob/patch-one.ts';
import { Drifted } from '../../step-kind.ts';
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
    const record = await suspendOne(ctx, identity, {
      answer: choices[JOBS] ?? 'leave',
      log,
      only: targets.length === 1,
      untouched: cronJobs.length === 0,
    });
    if (record !== null) cronJobs.push(record);
  }
  return suspensionOutcome(cronJobs, log);
}

/** The outcome as people read it, from what is known of each CronJob. */
export function suspensionOutcome(cronJobs: readonly SuspendedCronJob[], log: Log): SuspensionOutcome {
  return outcomeOf({
    summary: summaryOf(cronJobs),
    ...log,
    data: { cronJobs: [...cronJobs] },
  });
}

function summaryOf(cronJobs: readonly SuspendedCronJob[]): string {
  const sentences = [...certainText(cronJobs), ...uncertainText(cronJobs)];
  return sentences.length === 0 ? 'No CronJob was suspended.' : sentences.join(' ');
}

function certainText(cronJobs: readonly SuspendedCronJob[]): string[] {
  const certain = cronJobs.filter(({ uncertain }) => !uncertain);
  if (certain.length === 0) return [];
  const jobs = certain.flatMap((cronJob) => cronJob.jobs);
  const counted = (['suspended', 'deleted', 'left'] as const)
    .map((action) => ({ action, count: jobs.filter((job) => job.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ action, count }) => `${formatCount(count, 'Job')} ${action === 'left' ? 'left running' : action}`,
    );
  const names = certain.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  return [`CronJob ${names} is suspended${counted.length === 0 ? '' : `; ${counted.join(', ')}`}.`];
}

function uncertainText(cronJobs: readonly SuspendedCronJob[]): string[] {
  const names = cronJobs
    .filter(({ uncertain }) => uncertain)
    .map(({ namespace, name }) => `${namespace}/${name}`);
  return names.length === 0 ? [] : [`It is not known whether CronJob ${names.join(', ')} was suspended.`];
}

async function suspendOne(
  ctx: Ctx,
  identity: Identity,
  { answer, log, only, untouched }: { answer: string; log: Log; only: boolean; untouched: boolean },
): Promise<SuspendedCronJob | null> {
  const { ref, previousSuspend, schedule, timeZone } = identity;
  const label = `CronJob ${nameOf(ref)}`;
  const record = { ...ref, previousSuspend, schedule, timeZone, suspendedAt: ctx.clock.now().toISOString() };
  try {
    const fresh = await ctx.ports.workloads.cronJob(ref, ctx.signal);
    if (fresh === null) {
      log.skipped.push({ target: label, reason: 'It does not exist any more; nothing to suspend.' });
      return null;
    }
    const change = fresh.suspended ? null : await changeCronJob(ctx, fresh, { suspend: true });
    if (change?.status === 'unknown') {
      log.skipped.push({ target: label, reason: `Not known whether it was suspended: ${change.why}` });
      return { ...record, jobs: [], uncertain: true };
    }
    log.done.push({ target: label, detail: detailOf(change) });
  } catch (error) {
    ctx.signal.throwIfAborted();
    // Nothing was changed yet, so a new plan says what differs; later on it is told with the rest.
    if (error instanceof Drifted && untouched) throw error;
    if (only && isFirebreakError(error)) throw nothingChanged(error, ref, [suspendByHand(ref)]);
    log.skipped.push({ target: label, reason: describeError(error).message });
    return null;
  }
  return { ...record, jobs: await handleJobs(ctx, identity, answer, log), uncertain: false };
}

function detailOf(change: CronJobChanged | null): string {
  if (change === null) return 'suspended already';
  return change.status === 'changed' && change.found
    ? 'suspended; the answer was lost, and it was found so when it was read again'
    : 'suspended';
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
  const action = answer === 'delete' ? 'deleted' : 'suspended';
  try {
    if (answer === 'delete') await ctx.ports.workloads.deleteJob(job, ctx.signal);
    else await ctx.ports.workloads.suspendJob(job, true, ctx.signal);
    log.done.push({ target, detail: action });
    return { name, uid, action };
  } catch (error) {
    ctx.signal.throwIfAborted();
    const { message } = describeError(error);
    if (isFirebreakError(error) && error.retryable && (await wasHandled(ctx, job, answer))) {
      log.done.push({ target, detail: `${action}; the answer was lost, and it was found so` });
      return { name, uid, action };
    }
    log.skipped.push({ target, reason: message });
    return { name, uid, action: 'left' };
  }
}

/** After a lost answer the world says whether it was done; an unreadable one says nothing. */
async function wasHandled(ctx: Ctx, job: Job, answer: string): Promise<boolean> {
  const { cronJob, namespace } = job;
  if (cronJob === null) return false;
  try {
    const jobs = await ctx.ports.workloads.unfinishedJobs({ namespace, ...cronJob }, ctx.signal);
    const now = jobs.find(({ uid }) => uid === job.uid);
    return now === undefined ? answer === 'delete' : now.suspended;
  } catch {
    ctx.signal.throwIfAborted();
    return false;
  }
}
