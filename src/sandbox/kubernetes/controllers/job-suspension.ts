import { type Condition, timestamp } from '../objects.ts';
import { JOBS } from '../resources.ts';
import { isTerminal, type Job } from '../workloads.ts';
import type { Cluster } from './controller.ts';
import { JOB_MANAGER, podsOf, reportCounts } from './job-counting.ts';
import { deleteJobPods } from './job-pod-deletion.ts';

const suspended = (job: Job) =>
  job.status.conditions?.some(({ type, status }) => type === 'Suspended' && status === 'True') === true;

/** Sets or changes one condition of a Job. */
export function withCondition(
  job: Job,
  condition: Omit<Condition, 'lastProbeTime' | 'lastTransitionTime'>,
  now: Date,
): Condition[] {
  const time = timestamp(now);
  const { type, status, reason, message } = condition;
  const all = job.status.conditions ?? [];
  const changed = { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
  const known = all.some((existing) => existing.type === type);
  return known ? all.map((existing) => (existing.type === type ? changed : existing)) : [...all, changed];
}

/** Deletes the pods of a suspended Job and says so; `startTime` stays as it is. */
export function suspendJob(cluster: Cluster, job: Job): void {
  const live = podsOf(cluster, job).filter(
    (pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined,
  );
  deleteJobPods(cluster, job, live);
  const reported = reportCounts(cluster, job) ?? job;
  if (suspended(reported)) return;
  const message = 'Job suspended';
  cluster.registry.mutate(JOBS, reported, JOB_MANAGER, (draft) => {
    const condition = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message } as const;
    draft.status.conditions = withCondition(draft, condition, cluster.now());
  });
  cluster.events.as('job-controller').record(job, { reason: 'Suspended', message });
}

/** Starts a Job's clock: at its first sync, and anew when it is resumed. */
export function resumeJob(cluster: Cluster, job: Job): Job | undefined {
  const message = 'Job resumed';
  const wasSuspended = suspended(job);
  if (wasSuspended) cluster.events.as('job-controller').record(job, { reason: 'Resumed', message });
  return cluster.registry.mutate(JOBS, job, JOB_MANAGER, (draft) => {
    if (wasSuspended) {
      const condition = { type: 'Suspended', status: 'False', reason: 'JobResumed', message } as const;
      draft.status.conditions = withCondition(draft, condition, cluster.now());
    }
    if (wasSuspended || draft.status.startTime === undefined)
      draft.status.startTime = timestamp(cluster.now());
  });
}
