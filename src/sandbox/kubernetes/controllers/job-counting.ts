import { controllerOf } from '../objects.ts';
import { JOBS, PODS } from '../resources.ts';
import { isTerminal, type Job, type Pod } from '../workloads.ts';
import type { Cluster } from './controller.ts';
import { JOB_TRACKING, releasePod } from './job-pod-deletion.ts';
import type { PodBackoff } from './pod-backoff.ts';

export const JOB_MANAGER = 'kube-controller-manager';

/** The pods that a Job controls. */
export function podsOf(cluster: Cluster, job: Job): Pod[] {
  const pods = cluster.store.list(PODS, job.metadata.namespace) as Pod[];
  return pods.filter((pod) => controllerOf(pod)?.uid === job.metadata.uid);
}

/** Counts each ended pod once, which its finalizer guarantees, and lets the pod go. */
export function countPods(cluster: Cluster, job: Job, backoff: PodBackoff): Job | undefined {
  const ended = podsOf(cluster, job).filter(
    (pod) => isTerminal(pod) && pod.metadata.finalizers?.includes(JOB_TRACKING) === true,
  );
  if (ended.length === 0) return job;
  const succeeded = ended.filter(({ status }) => status.phase === 'Succeeded').length;
  const failed = ended.length - succeeded;
  if (failed > 0) backoff.failed(job, failed, cluster.now());
  else backoff.succeeded(job);
  const counted = cluster.registry.mutate(JOBS, job, JOB_MANAGER, ({ status }) => {
    if (succeeded > 0) status.succeeded = (status.succeeded ?? 0) + succeeded;
    if (failed > 0) status.failed = (status.failed ?? 0) + failed;
  });
  for (const pod of ended) releasePod(cluster, pod);
  return counted;
}

/** Writes how many pods are active, ready and terminating. A Job without active pods has no `active` field. */
export function reportCounts(cluster: Cluster, job: Job): Job | undefined {
  const pods = podsOf(cluster, job).filter((pod) => !isTerminal(pod));
  const leaving = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const active = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ready = active.filter(({ status }) =>
    status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
  );
  return cluster.registry.mutate(JOBS, job, JOB_MANAGER, ({ status }) => {
    status.active = active.length === 0 ? undefined : active.length;
    status.ready = ready.length;
    status.terminating = leaving.length;
    status.uncountedTerminatedPods = {};
  });
}
