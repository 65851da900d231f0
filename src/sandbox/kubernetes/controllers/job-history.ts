import { JOBS } from '../resources.ts';
import { type CronJob, finishedCondition, type Job } from '../workloads.ts';
import type { Cluster } from './controller.ts';

/** Deletes the oldest finished Jobs of a CronJob beyond its two history limits. */
export function cleanHistory(cluster: Cluster, cronJob: CronJob, jobs: readonly Job[]): void {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
  keepLatest(cluster, cronJob, ofCondition(jobs, 'Complete'), successfulJobsHistoryLimit);
  keepLatest(cluster, cronJob, ofCondition(jobs, 'Failed'), failedJobsHistoryLimit);
}

const ofCondition = (jobs: readonly Job[], type: string) =>
  jobs.filter((job) => finishedCondition(job)?.type === type && job.metadata.deletionTimestamp === undefined);

function keepLatest(
  cluster: Cluster,
  cronJob: CronJob,
  finished: readonly Job[],
  limit: number | undefined,
): void {
  if (limit === undefined || finished.length <= limit) return;
  const age = ({ status, metadata }: Job) =>
    `${status.startTime ?? metadata.creationTimestamp} ${metadata.name}`;
  const sorted = finished.toSorted((left, right) => (age(left) < age(right) ? -1 : 1));
  for (const job of sorted.slice(0, finished.length - limit)) {
    cluster.delete(JOBS, job, { propagationPolicy: 'Background' });
    const message = `Deleted job ${job.metadata.name}`;
    cluster.events.record(cronJob, { reason: 'SuccessfulDelete', message });
  }
}
