import { controllerOf } from '../objects.ts';
import { JOBS, PODS } from '../resources.ts';
import type { StoreEvent } from '../store.ts';
import { isFinished, isTerminal, type Job, type Pod } from '../workloads.ts';
import { type Cluster, type Controller, queueKey, splitKey } from './controller.ts';
import { concludeJob, startConclusion } from './job-conclusion.ts';
import { countPods, podsOf, reportCounts } from './job-counting.ts';
import { deleteJobPods, releasePod } from './job-pod-deletion.ts';
import { reconcilePods } from './job-pods.ts';
import { resumeJob, suspendJob } from './job-suspension.ts';
import { PodBackoff } from './pod-backoff.ts';
import { WorkQueue } from './work-queue.ts';

/** Settings of the Job controller. */
export interface JobControllerOptions {
  /** The first delay before a failed pod is replaced, in milliseconds; it doubles up to six minutes. */
  podFailureBackoffMs: number;
}

/** Runs Jobs: makes and removes pods, counts their ends, and reports the Job's conditions (notes §5). */
export function startJobController(cluster: Cluster, options: JobControllerOptions): Controller {
  const backoff = new PodBackoff(options.podFailureBackoffMs);
  const queue = new WorkQueue(cluster.now, (key) => {
    const { namespace, name } = splitKey(key);
    const job = cluster.store.get(JOBS, namespace, name) as Job | undefined;
    releaseOrphans(cluster, namespace);
    if (job !== undefined) sync(cluster, job, { queue, backoff });
  });
  const unsubscribe = cluster.store.subscribe((event) => observe(event, { queue, backoff }));
  for (const job of cluster.store.list(JOBS)) queue.add(queueKey(job));
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function observe({ resource, object, type }: StoreEvent, { queue, backoff }: Tools): void {
  if (resource === JOBS) queue.add(queueKey(object));
  if (resource === JOBS && type === 'DELETED') backoff.forget(object.metadata.uid);
  if (resource !== PODS) return;
  const job = controllerOf(object)?.name ?? object.metadata.labels?.['job-name'];
  if (job !== undefined) queue.add(`${object.metadata.namespace ?? ''}/${job}`);
}

/** Pods whose Job is gone, or that no longer belong to it, are let go of. */
function releaseOrphans(cluster: Cluster, namespace: string): void {
  for (const pod of cluster.store.list(PODS, namespace) as Pod[]) {
    const owner = controllerOf(pod);
    const job = owner?.kind === 'Job' ? cluster.store.get(JOBS, namespace, owner.name) : undefined;
    if (job === undefined || job.metadata.uid !== owner?.uid) releasePod(cluster, pod);
  }
}

interface Tools {
  queue: WorkQueue;
  backoff: PodBackoff;
}

function sync(cluster: Cluster, job: Job, { queue, backoff }: Tools): void {
  const key = queueKey(job);
  if (isFinished(job) || job.metadata.deletionTimestamp !== undefined) {
    for (const pod of podsOf(cluster, job)) if (!isLive(pod)) releasePod(cluster, pod);
    return;
  }
  let current: Job | undefined = job;
  if (current.spec.suspend !== true) current = resumeJob(cluster, current);
  if (current !== undefined) current = countPods(cluster, current, backoff);
  if (current === undefined) return;
  const ending = startConclusion(cluster, current);
  if (ending !== undefined) {
    deleteJobPods(cluster, ending, podsOf(cluster, ending).filter(isLive));
    concludeJob(cluster, ending);
    return;
  }
  if (current.spec.suspend === true) {
    suspendJob(cluster, current);
    return;
  }
  const retryMs = reconcilePods(cluster, current, backoff);
  if (retryMs !== undefined) queue.add(key, retryMs);
  wakeAtDeadline(cluster, current, queue);
  reportCounts(cluster, current);
}

const isLive = (pod: Pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

function wakeAtDeadline(cluster: Cluster, job: Job, queue: WorkQueue): void {
  const { activeDeadlineSeconds } = job.spec;
  const { startTime } = job.status;
  if (activeDeadlineSeconds === undefined || startTime === undefined) return;
  const due = Date.parse(startTime) + activeDeadlineSeconds * 1000;
  queue.add(queueKey(job), due - cluster.now().getTime());
}
