import { type Job, nameOf } from '../../../domain/cluster.ts';
import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../domain/format.ts';
import { outcomeOf } from '../../parts.ts';
import { lookAtCronJob } from '../../shared/cronjob/by-hand.ts';
import { secondsUntilSafe } from '../../shared/cronjob/missed-slot.ts';
import { changeCronJob, nothingChanged } from '../../shared/cronjob/patch-one.ts';
import { Drifted } from '../../step-kind.ts';
import {
  type ApprovedResumption,
  type Ctx,
  type Data,
  HOW,
  type Identity,
  JOBS,
  type ResumptionOutcome,
  type Settings,
} from './contract.ts';
import { changeTo, matches, wantedSettings } from './settings.ts';

type Log = Pick<ResumptionOutcome, 'done' | 'skipped'>;
type CronJobRecord = Data['cronJobs'][number];

/** A wait longer than this is not worth it: plan again; seconds. */
const LONGEST_WAIT = 30;

/** Resumes, reschedules or keeps each approved CronJob and deals with the Jobs that this run suspended. Safe to repeat. */
export async function executeResumption(
  ctx: Ctx,
  { targets, choices }: ApprovedResumption,
): Promise<ResumptionOutcome> {
  const how = choices[HOW] ?? 'keep';
  const log: Log = { done: [], skipped: [] };
  const data: Data = { cronJobs: [], knownJobs: [] };
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const label = `CronJob ${nameOf(identity.ref)}`;
    try {
      await resumeJobs(ctx, identity, how === 'keep' ? 'leave' : (choices[JOBS] ?? 'leave'), log);
      const unfinished = await ctx.ports.workloads.unfinishedJobs(identity.ref, ctx.signal);
      data.knownJobs.push(...unfinished.map(({ uid }) => uid));
      const problem = await resumeOne(ctx, identity, wantedSettings(identity, how));
      if (problem !== null) {
        log.skipped.push({ target: label, reason: problem });
        continue;
      }
      log.done.push({ target: label, detail: detailOf(identity, how) });
      data.cronJobs.push(recordOf(identity, how, ctx.clock.now()));
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (error instanceof Drifted && log.done.length === 0) throw error;
      if (targets.length === 1 && log.done.length === 0 && isFirebreakError(error))
        throw nothingChanged(error, identity.ref, [lookAtCronJob(identity.ref)]);
      log.skipped.push({ target: label, reason: describeError(error).message });
    }
  }
  return resumptionOutcome(data, log);
}

/** The outcome as people read it. */
export function resumptionOutcome(data: Data, log: Log): ResumptionOutcome {
  const words = data.cronJobs.map(
    ({ namespace, name, action }) => `${namespace}/${name} ${action === 'kept' ? 'kept suspended' : action}`,
  );
  return outcomeOf({
    summary:
      words.length === 0 ? 'No CronJob is known to have been changed.' : `CronJob ${words.join(', ')}.`,
    ...log,
    data,
  });
}

/** What is remembered of one CronJob, so that the former schedule is not lost. */
export function recordOf({ ref, before }: Identity, how: string, at: Date): CronJobRecord {
  return {
    ...ref,
    action: how === 'keep' ? 'kept' : how === 'resume' ? 'resumed' : 'rescheduled',
    previousSchedule: before.schedule,
    previousTimeZone: before.timeZone,
    previousDeadlineSeconds: before.deadlineSeconds,
    changedAt: at.toISOString(),
  };
}

function detailOf(identity: Identity, how: string): string {
  const wanted = wantedSettings(identity, how);
  if (wanted === null) return 'kept suspended; somebody has to resume it later';
  const zone = wanted.timeZone === null ? '' : ` ${wanted.timeZone}`;
  const deadline = `starting deadline ${wanted.deadlineSeconds ?? 'unset'}${wanted.deadlineSeconds === null ? '' : ' s'}`;
  return `runs on “${wanted.schedule}”${zone} (it was “${identity.before.schedule}”), ${deadline}`;
}

/** Returns why it was not resumed, or null. */
async function resumeOne(ctx: Ctx, identity: Identity, wanted: Settings | null): Promise<string | null> {
  if (wanted === null) return null;
  const fresh = await ctx.ports.workloads.cronJob(identity.ref, ctx.signal);
  if (fresh === null) return 'It does not exist any more.';
  if (matches(fresh, wanted)) return null;
  const wait = secondsUntilSafe(wanted, ctx.clock.now());
  if (wait > LONGEST_WAIT)
    return 'A slot has just passed, and resuming would start its run at once. Plan the step again.';
  if (wait > 0) {
    ctx.progress({
      text: `Waiting ${formatDuration(wait)}, so that the slot that has just passed starts no run.`,
      series: [],
    });
    await ctx.clock.sleep(wait * 1000, ctx.signal);
  }
  const change = await changeCronJob(ctx, fresh, changeTo(wanted, identity.before));
  return change.status === 'unknown' ? `Not known whether it was resumed: ${change.why}` : null;
}

async function resumeJobs(ctx: Ctx, identity: Identity, answer: string, log: Log): Promise<void> {
  const { workloads } = ctx.ports;
  const ours = new Set(identity.jobs.map(({ uid }) => uid));
  const unfinished = await workloads.unfinishedJobs(identity.ref, ctx.signal);
  for (const job of unfinished.filter(({ uid, suspended }) => suspended && ours.has(uid))) {
    const target = `Job ${nameOf(job)}`;
    try {
      if (answer === 'leave') log.skipped.push({ target, reason: 'left suspended, as decided' });
      else log.done.push({ target, detail: await changeJob(ctx, job, answer) });
    } catch (error) {
      ctx.signal.throwIfAborted();
      log.skipped.push({ target, reason: describeError(error).message });
    }
  }
}

async function changeJob(ctx: Ctx, job: Job, answer: string): Promise<string> {
  if (answer === 'delete') {
    await ctx.ports.workloads.deleteJob(job, ctx.signal);
    return 'deleted';
  }
  await ctx.ports.workloads.suspendJob(job, false, ctx.signal);
  return 'resumed; it starts from zero';
}
