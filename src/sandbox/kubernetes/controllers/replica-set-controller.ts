import { messageOf } from '../api-error.ts';
import { clone, controllerOf } from '../objects.ts';
import { PODS, REPLICA_SETS } from '../resources.ts';
import { isTerminal, type Pod, type ReplicaSet } from '../workloads.ts';
import { type Cluster, type Controller, queueKey, splitKey } from './controller.ts';
import { DEPLOYMENT_MANAGER } from './revisions.ts';
import { WorkQueue } from './work-queue.ts';

/** How long the controller waits after the API refused a pod, for example by quota, in milliseconds. */
const REFUSED_RETRY_MS = 1000;

/** Runs ReplicaSets: makes missing pods, deletes surplus ones, and counts those that are ready. */
export function startReplicaSetController(cluster: Cluster): Controller {
  const queue = new WorkQueue(cluster.now, (key) => {
    const { namespace, name } = splitKey(key);
    const set = cluster.store.get(REPLICA_SETS, namespace, name) as ReplicaSet | undefined;
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    if (!reconcile(cluster, set)) queue.add(key, REFUSED_RETRY_MS);
    report(cluster, set);
  });
  const unsubscribe = cluster.store.subscribe(({ resource, object }) => {
    if (resource === REPLICA_SETS) queue.add(queueKey(object));
    const owner = resource === PODS ? controllerOf(object) : undefined;
    if (owner?.kind === 'ReplicaSet') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
  });
  for (const set of cluster.store.list(REPLICA_SETS)) queue.add(queueKey(set));
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

/** Pods that count: neither ended nor being deleted. */
function activePods(cluster: Cluster, set: ReplicaSet): Pod[] {
  const pods = cluster.store.list(PODS, set.metadata.namespace) as Pod[];
  return pods.filter(
    (pod) =>
      controllerOf(pod)?.uid === set.metadata.uid &&
      !isTerminal(pod) &&
      pod.metadata.deletionTimestamp === undefined,
  );
}

function isReady({ status }: Pod): boolean {
  return (
    status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
  );
}

/** False when the API refused a pod. Pods that are not ready go first, then the youngest. */
function reconcile(cluster: Cluster, set: ReplicaSet): boolean {
  const events = cluster.events.as('replicaset-controller');
  const pods = activePods(cluster, set);
  const surplus = pods
    .toSorted(
      (left, right) =>
        Number(isReady(left)) - Number(isReady(right)) ||
        right.metadata.creationTimestamp.localeCompare(left.metadata.creationTimestamp),
    )
    .slice(0, Math.max(0, pods.length - set.spec.replicas));
  for (const pod of surplus) {
    cluster.delete(PODS, pod);
    events.record(set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
  }
  for (let missing = set.spec.replicas - pods.length; missing > 0; missing -= 1) {
    try {
      const pod = cluster.registry.create(PODS, set.metadata.namespace, podManifest(set), {
        manager: DEPLOYMENT_MANAGER,
      });
      events.record(set, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    } catch (error) {
      const message = `Error creating: ${messageOf(error)}`;
      events.record(set, { type: 'Warning', reason: 'FailedCreate', message });
      return false;
    }
  }
  return true;
}

function podManifest(set: ReplicaSet) {
  const { metadata = {}, spec } = clone(set.spec.template);
  const { name, uid } = set.metadata;
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      labels: metadata.labels,
      annotations: metadata.annotations,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec,
  };
}

function report(cluster: Cluster, set: ReplicaSet): void {
  const pods = activePods(cluster, set);
  const ready = pods.filter(isReady).length;
  cluster.registry.mutate(REPLICA_SETS, set, DEPLOYMENT_MANAGER, ({ status, metadata }) => {
    status.replicas = pods.length;
    status.readyReplicas = ready;
    status.availableReplicas = ready;
    status.observedGeneration = metadata.generation;
  });
}
