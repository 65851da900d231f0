import { PODS } from '../resources.ts';
import type { Job, Pod } from '../workloads.ts';
import type { Cluster } from './controller.ts';

/** Holds a pod's object until the Job controller has counted it. */
export const JOB_TRACKING = 'batch.kubernetes.io/job-tracking';

/** Drops the tracking finalizer of a pod. Returns the pod as it is then; undefined when it is gone. */
export function releasePod(cluster: Cluster, pod: Pod): Pod | undefined {
  return cluster.registry.mutate(PODS, pod, 'kube-controller-manager', ({ metadata }) => {
    const rest = metadata.finalizers?.filter((finalizer) => finalizer !== JOB_TRACKING);
    metadata.finalizers = rest?.length === 0 ? undefined : rest;
  });
}

/** Deletes pods of a Job: first the finalizer goes, so that they do not count as failed, then the pod. */
export function deleteJobPods(cluster: Cluster, job: Job, pods: readonly Pod[]): void {
  for (const pod of pods) {
    const left = releasePod(cluster, pod);
    if (left === undefined) continue;
    cluster.delete(PODS, left);
    const message = `Deleted pod: ${pod.metadata.name}`;
    cluster.events.as('job-controller').record(job, { reason: 'SuccessfulDelete', message });
  }
}
