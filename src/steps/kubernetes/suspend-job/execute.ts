import { describeError, isFirebreakError, withSituation } from '../../../domain/errors.ts';
import { outcomeOf } from '../../parts.ts';
import { Drifted } from '../../step-kind.ts';
import {
  type ApprovedJobs,
  type Ctx,
  type Data,
  HOW,
  type Identity,
  type JobsOutcome,
  jobLabel,
  readJob,
} from './contract.ts';

type Log = Pick<JobsOutcome, 'done' | 'skipped'>;

/** Suspends or deletes each approved Job, guarded by its uid. Safe to repeat: what is done stays done. */
export async function executeOnJobs(ctx: Ctx, { targets, choices }: ApprovedJobs): Promise<JobsOutcome> {
  const log: Log = { done: [], skipped: [] };
  const jobs: Data['jobs'] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    try {
      const action = await stop(ctx, identity, choices[HOW] ?? 'suspend');
      log.done.push({ target: jobLabel(identity.ref), detail: action });
      jobs.push({ ...identity.ref, action });
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (error instanceof Drifted && log.done.length === 0) throw error;
      if (targets.length === 1 && isFirebreakError(error) && !error.retryable)
        throw withSituation(error, {
          done: [`${jobLabel(identity.ref)} was not changed.`],
          next: [byHand(identity)],
        });
      log.skipped.push({ target: jobLabel(identity.ref), reason: describeError(error).message });
    }
  }
  return jobsOutcome(jobs, log);
}

async function stop(ctx: Ctx, { ref }: Identity, how: string): Promise<Data['jobs'][number]['action']> {
  const job = await readJob(ctx, ref);
  if (job === null) throw new Drifted([`${jobLabel(ref)} has finished meanwhile, or is gone.`]);
  if (how === 'delete') {
    await ctx.ports.workloads.deleteJob(job, ctx.signal);
    return 'deleted';
  }
  if (!job.suspended) await ctx.ports.workloads.suspendJob(job, true, ctx.signal);
  return 'suspended';
}

/** The outcome as people read it. */
export function jobsOutcome(jobs: Data['jobs'], log: Log): JobsOutcome {
  const words = jobs.map((job) => `${jobLabel(job)} was ${job.action}.`);
  return outcomeOf({
    summary: words.length === 0 ? 'No Job is known to have been stopped.' : words.join(' '),
    ...log,
    data: { jobs },
  });
}

/** The line that stops a Job by hand; it may be done twice. */
export function byHand({ ref: { namespace, name } }: Identity) {
  return {
    label: `suspend ${namespace}/${name} by hand`,
    language: 'text' as const,
    text: `kubectl -n ${namespace} patch job ${name} --type merge -p '{"spec":{"suspend":true}}'`,
  };
}
