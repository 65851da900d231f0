import type { KubeObject } from './objects.ts';
import { timestamp } from './objects.ts';
import type { Registry } from './registry.ts';
import { JOBS, NAMESPACES, PODS, type Resource } from './resources.ts';
import { isTerminal, type Pod } from './workloads.ts';

/** What happens to the objects that an object owns. */
export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

/** The options of a delete request. */
export interface DeleteOptions {
  propagationPolicy?: PropagationPolicy | undefined;
  /** Overrides a pod's own grace period, in seconds; 0 removes the pod from the API at once. */
  gracePeriodSeconds?: number | undefined;
  dryRun?: boolean | undefined;
}

/** The finalizers by which the garbage collector holds an owner back until its dependents are dealt with. */
export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** What a delete request did. */
export interface Deletion {
  object: KubeObject;
  /** The object is gone; otherwise it waits for a grace period or for finalizers. */
  removed: boolean;
}

/** Says whether a delete without a policy leaves the dependents alone, which batch/v1 Jobs do (notes §2, trap 7). */
export function orphansByDefault(resource: Resource): boolean {
  return resource === JOBS;
}

/** Deletes an object as the API server does: gracefully for pods, through finalizers where a policy asks for it. */
export function deleteObject(
  registry: Registry,
  resource: Resource,
  object: KubeObject,
  options: DeleteOptions,
): Deletion {
  const policy = options.propagationPolicy ?? (orphansByDefault(resource) ? 'Orphan' : 'Background');
  const finalizers = [...(object.metadata.finalizers ?? [])];
  if (policy === 'Orphan' && !finalizers.includes(ORPHAN)) finalizers.push(ORPHAN);
  if (policy === 'Foreground' && !finalizers.includes(FOREGROUND)) finalizers.push(FOREGROUND);
  const grace = resource === PODS ? graceOf(object as Pod, options.gracePeriodSeconds) : 0;
  const held = finalizers.length > 0 || grace > 0 || resource === NAMESPACES;
  if (options.dryRun === true) return { object, removed: !held };
  if (!held) {
    registry.store.remove(resource, object);
    return { object, removed: true };
  }
  return { object: markDeleted(registry, resource, object, { finalizers, grace }), removed: false };
}

function graceOf(pod: Pod, asked: number | undefined): number {
  const { nodeName, terminationGracePeriodSeconds = 30 } = pod.spec;
  const unstarted = nodeName === undefined || pod.status === undefined;
  const wanted = unstarted || isTerminal(pod) ? 0 : (asked ?? terminationGracePeriodSeconds);
  return Math.min(wanted, pod.metadata.deletionGracePeriodSeconds ?? wanted);
}

function markDeleted(
  registry: Registry,
  resource: Resource,
  object: KubeObject,
  { finalizers, grace }: { finalizers: string[]; grace: number },
): KubeObject {
  const at = new Date(registry.now().getTime() + grace * 1000);
  const changed = registry.mutate(resource, object, 'kube-apiserver', (draft) => {
    draft.metadata.deletionTimestamp = timestamp(at);
    draft.metadata.deletionGracePeriodSeconds = grace;
    if (finalizers.length > 0) draft.metadata.finalizers = finalizers;
    if (resource.counted) draft.metadata.generation = (draft.metadata.generation ?? 0) + 1;
    if (resource === NAMESPACES) draft.status = { phase: 'Terminating' };
  });
  return changed ?? object;
}
