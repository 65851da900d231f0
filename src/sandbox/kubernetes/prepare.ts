import type { JsonObject, KubeObject } from './objects.ts';
import { CRON_JOBS, DEPLOYMENTS, JOBS, NAMESPACES, PODS, REPLICA_SETS, type Resource } from './resources.ts';
import type { Job, Pod } from './workloads.ts';

/** The labels that tie a pod to its Job; the last two are the legacy names of the first two. */
function jobLabels(job: KubeObject): Record<string, string> {
  const { uid, name } = job.metadata;
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
}

/** Fills what the server itself adds to a new object: a Job's selector and pod labels, the first status. */
export function prepareNew(resource: Resource, object: KubeObject): void {
  if (resource === JOBS) prepareJob(object as Job);
  if (resource === PODS) preparePod(object as Pod);
  if ([CRON_JOBS, DEPLOYMENTS, REPLICA_SETS].includes(resource)) object.status ??= {};
  if (resource === NAMESPACES) {
    object.spec ??= { finalizers: ['kubernetes'] };
    object.status ??= { phase: 'Active' };
    object.metadata.labels = {
      'kubernetes.io/metadata.name': object.metadata.name,
      ...object.metadata.labels,
    };
  }
}

function prepareJob(job: Job): void {
  job.status ??= {};
  const template = (job.spec as Partial<Job['spec']> | undefined)?.template;
  if (template === undefined || job.spec.manualSelector === true) return;
  const { uid } = job.metadata;
  job.spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  template.metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...jobLabels(job) } };
}

function preparePod(pod: Pod): void {
  const status: JsonObject = { phase: 'Pending', qosClass: 'BestEffort' };
  (pod as KubeObject).status ??= status;
}
