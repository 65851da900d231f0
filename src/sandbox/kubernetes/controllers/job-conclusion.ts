import { timestamp } from '../objects.ts';
import { JOBS } from '../resources.ts';
import { isTerminal, type Job } from '../workloads.ts';
import type { Cluster } from './controller.ts';
import { JOB_MANAGER, podsOf, reportCounts } from './job-counting.ts';
import { withCondition } from './job-suspension.ts';

interface Verdict {
  type: 'SuccessCriteriaMet' | 'FailureTarget';
  reason: string;
  message: string;
}

/**
 * Says that a Job is about to end: FailureTarget or SuccessCriteriaMet. The final condition follows when its pods are
 * gone. Returns the Job when it is ending.
 */
export function startConclusion(cluster: Cluster, job: Job): Job | undefined {
  if (pendingVerdict(job) !== undefined) return job;
  const verdict = failure(cluster, job) ?? success(cluster, job);
  if (verdict === undefined) return undefined;
  return cluster.registry.mutate(JOBS, job, JOB_MANAGER, (draft) => {
    draft.status.conditions = withCondition(draft, { ...verdict, status: 'True' }, cluster.now());
  });
}

function pendingVerdict(job: Job): Verdict | undefined {
  const found = job.status.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'FailureTarget' || type === 'SuccessCriteriaMet'),
  );
  if (found === undefined) return undefined;
  const type = found.type === 'FailureTarget' ? 'FailureTarget' : 'SuccessCriteriaMet';
  return { type, reason: found.reason ?? '', message: found.message ?? '' };
}

/** Writes Complete or Failed once no pod of the Job is left running. */
export function concludeJob(cluster: Cluster, job: Job): void {
  const verdict = pendingVerdict(job);
  const reported = reportCounts(cluster, job);
  if (verdict === undefined || reported === undefined) return;
  if (podsOf(cluster, reported).some((pod) => !isTerminal(pod))) return;
  const { reason, message } = verdict;
  const complete = verdict.type === 'SuccessCriteriaMet';
  const type = complete ? 'Complete' : 'Failed';
  cluster.registry.mutate(JOBS, reported, JOB_MANAGER, (draft) => {
    draft.status.conditions = withCondition(draft, { type, status: 'True', reason, message }, cluster.now());
    if (complete) draft.status.completionTime = timestamp(cluster.now());
  });
  const events = cluster.events.as('job-controller');
  if (complete) events.record(job, { reason: 'Completed', message: 'Job completed' });
  else events.record(job, { type: 'Warning', reason, message });
}

function failure(cluster: Cluster, job: Job): Verdict | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, suspend } = job.spec;
  const { failed = 0, startTime } = job.status;
  if (failed > backoffLimit || restartsExceed(cluster, job, backoffLimit)) {
    const message = 'Job has reached the specified backoff limit';
    return { type: 'FailureTarget', reason: 'BackoffLimitExceeded', message };
  }
  if (activeDeadlineSeconds === undefined || startTime === undefined || suspend === true) return undefined;
  if (cluster.now().getTime() < Date.parse(startTime) + activeDeadlineSeconds * 1000) return undefined;
  const message = 'Job was active longer than specified deadline';
  return { type: 'FailureTarget', reason: 'DeadlineExceeded', message };
}

/** With restartPolicy OnFailure, restarts in place count against the back-off limit. */
function restartsExceed(cluster: Cluster, job: Job, limit: number): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = podsOf(cluster, job)
    .filter((pod) => !isTerminal(pod))
    .flatMap(({ status }) => status.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function success(cluster: Cluster, job: Job): Verdict | undefined {
  const { completions } = job.spec;
  const { succeeded = 0 } = job.status;
  const running = podsOf(cluster, job).some((pod) => !isTerminal(pod));
  const done = completions === undefined ? succeeded > 0 && !running : succeeded >= completions;
  const message = 'Reached expected number of succeeded pods';
  return done ? { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message } : undefined;
}
