import { messageOf } from '../api-error.ts';
import { clone } from '../objects.ts';
import { PODS } from '../resources.ts';
import { isTerminal, type Job, type Pod } from '../workloads.ts';
import type { Cluster } from './controller.ts';
import { JOB_MANAGER, podsOf } from './job-counting.ts';
import { deleteJobPods, JOB_TRACKING } from './job-pod-deletion.ts';
import type { PodBackoff } from './pod-backoff.ts';

/** How long the controller waits after the API refused a pod, for example by quota, in milliseconds. */
const REFUSED_RETRY_MS = 1000;

/** Creates missing pods and deletes surplus ones. Returns in how many milliseconds to look again, if at all. */
export function reconcilePods(cluster: Cluster, job: Job, backoff: PodBackoff): number | undefined {
  const active = podsOf(cluster, job).filter(
    (pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined,
  );
  const wanted = wantedPods(job, active.length);
  if (active.length > wanted) deleteJobPods(cluster, job, active.slice(wanted));
  if (active.length >= wanted) return undefined;
  const waitMs = backoff.remainingMs(job, cluster.now());
  if (waitMs > 0) return waitMs;
  for (let missing = wanted - active.length; missing > 0; missing -= 1) {
    if (!createPod(cluster, job)) return REFUSED_RETRY_MS;
  }
  return undefined;
}

function wantedPods(job: Job, active: number): number {
  const { parallelism = 1, completions } = job.spec;
  const { succeeded = 0 } = job.status;
  if (completions === undefined) return succeeded > 0 ? Math.min(active, parallelism) : parallelism;
  return Math.min(parallelism, Math.max(0, completions - succeeded));
}

function createPod(cluster: Cluster, job: Job): boolean {
  const events = cluster.events.as('job-controller');
  try {
    const pod = cluster.registry.create(PODS, job.metadata.namespace, podManifest(job), {
      manager: JOB_MANAGER,
    });
    events.record(job, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    return true;
  } catch (error) {
    const message = `Error creating: ${messageOf(error)}`;
    events.record(job, { type: 'Warning', reason: 'FailedCreate', message });
    return false;
  }
}

function podManifest(job: Job): Pick<Pod, 'spec'> & { [section: string]: unknown } {
  const { metadata = {}, spec } = clone(job.spec.template);
  const { name, uid } = job.metadata;
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      labels: metadata.labels,
      annotations: metadata.annotations,
      finalizers: [JOB_TRACKING],
      ownerReferences: [owner],
    },
    spec,
  };
}
