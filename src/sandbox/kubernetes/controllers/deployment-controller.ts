import { type Condition, controllerOf, timestamp } from '../objects.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../resources.ts';
import type { StoreEvent } from '../store.ts';
import { type Deployment, isTerminal, type Pod, type ReplicaSet } from '../workloads.ts';
import { type Cluster, type Controller, queueKey, splitKey } from './controller.ts';
import {
  currentSet,
  DEPLOYMENT_MANAGER,
  ensureCurrentSet,
  REVISION,
  replicaSetsOf,
  revisionOf,
} from './revisions.ts';
import { nextScaling } from './rollout.ts';
import { WorkQueue } from './work-queue.ts';

/** Runs Deployments: one ReplicaSet for each template, rolling from the old ones to the present one. */
export function startDeploymentController(cluster: Cluster): Controller {
  const queue = new WorkQueue(cluster.now, (key) => {
    const { namespace, name } = splitKey(key);
    const deployment = cluster.store.get(DEPLOYMENTS, namespace, name) as Deployment | undefined;
    if (deployment !== undefined && deployment.metadata.deletionTimestamp === undefined)
      sync(cluster, deployment);
  });
  const unsubscribe = cluster.store.subscribe((event) => observe(cluster, event, queue));
  for (const deployment of cluster.store.list(DEPLOYMENTS)) queue.add(queueKey(deployment));
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function observe(cluster: Cluster, { resource, object }: StoreEvent, queue: WorkQueue): void {
  if (resource === DEPLOYMENTS) queue.add(queueKey(object));
  const namespace = object.metadata.namespace ?? '';
  const owner = controllerOf(object);
  if (resource === REPLICA_SETS && owner !== undefined) queue.add(`${namespace}/${owner.name}`);
  // Recreate waits for the last old pod, whose end changes nothing of its ReplicaSet.
  if (resource !== PODS || owner?.kind !== 'ReplicaSet') return;
  const set = cluster.store.get(REPLICA_SETS, namespace, owner.name);
  const deployment = set === undefined ? undefined : controllerOf(set);
  if (deployment !== undefined) queue.add(`${namespace}/${deployment.name}`);
}

function sync(cluster: Cluster, deployment: Deployment): void {
  const sets = replicaSetsOf(cluster, deployment);
  const present = currentSet(deployment, sets);
  if (deployment.spec.paused === true && present === undefined) {
    report(cluster, deployment, sets);
    return;
  }
  const current = ensureCurrentSet(cluster, deployment, sets);
  numberDeployment(cluster, deployment, revisionOf(current));
  const old = sets.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  const oldPods = old.reduce((sum, set) => sum + livePods(cluster, set), 0);
  for (const [set, replicas] of nextScaling(deployment, current, old, oldPods)) {
    scale(cluster, deployment, set, replicas);
  }
  forgetOld(cluster, deployment, old);
  report(cluster, deployment, replicaSetsOf(cluster, deployment));
}

function numberDeployment(cluster: Cluster, deployment: Deployment, revision: number): void {
  cluster.registry.mutate(DEPLOYMENTS, deployment, DEPLOYMENT_MANAGER, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, [REVISION]: String(revision) };
  });
}

function scale(cluster: Cluster, deployment: Deployment, set: ReplicaSet, replicas: number): void {
  const before = set.spec.replicas;
  cluster.registry.mutate(REPLICA_SETS, set, DEPLOYMENT_MANAGER, (draft) => {
    draft.spec.replicas = replicas;
    draft.metadata.generation = (draft.metadata.generation ?? 0) + 1;
  });
  const direction = replicas > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  cluster.events.as('deployment-controller').record(deployment, { reason: 'ScalingReplicaSet', message });
}

/** Old ReplicaSets beyond the history limit are deleted, lowest revision first. */
function forgetOld(cluster: Cluster, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const empty = old.filter(({ spec, status }) => spec.replicas === 0 && (status.replicas ?? 0) === 0);
  const surplus = empty.length - deployment.spec.revisionHistoryLimit;
  const oldest = empty.toSorted((left, right) => revisionOf(left) - revisionOf(right));
  for (const set of oldest.slice(0, Math.max(0, surplus))) cluster.delete(REPLICA_SETS, set);
}

function livePods(cluster: Cluster, set: ReplicaSet): number {
  const pods = cluster.store.list(PODS, set.metadata.namespace) as Pod[];
  return pods.filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && !isTerminal(pod)).length;
}

/** Counts and conditions; the time of Progressing stays once a rollout is complete, also when it is scaled later. */
function report(cluster: Cluster, deployment: Deployment, sets: readonly ReplicaSet[]): void {
  const current = currentSet(deployment, sets);
  const sum = (count: (set: ReplicaSet) => number | undefined) =>
    sets.reduce((total, set) => total + (count(set) ?? 0), 0);
  const available = sum(({ status }) => status.availableReplicas);
  const updated = current?.status.replicas ?? 0;
  const total = sum(({ status }) => status.replicas);
  const { replicas } = deployment.spec;
  const complete = updated === replicas && total === replicas && available === replicas;
  cluster.registry.mutate(DEPLOYMENTS, deployment, DEPLOYMENT_MANAGER, ({ status, metadata }) => {
    const before = status.conditions?.find(({ type }) => type === 'Progressing');
    const done =
      before?.reason === 'NewReplicaSetAvailable' && before.message?.includes(`"${current?.metadata.name}"`);
    const moved = updated !== (status.updatedReplicas ?? 0) || total !== (status.replicas ?? 0);
    status.observedGeneration = metadata.generation;
    status.replicas = total;
    status.updatedReplicas = updated;
    status.readyReplicas = sum((set) => set.status.readyReplicas);
    status.availableReplicas = available;
    status.unavailableReplicas = Math.max(0, total - available);
    if (done === true || current === undefined) return;
    const name = `ReplicaSet "${current.metadata.name}"`;
    const state = complete
      ? { reason: 'NewReplicaSetAvailable', message: `${name} has successfully progressed.` }
      : { reason: 'ReplicaSetUpdated', message: `${name} is progressing.` };
    if (!moved && before?.reason === state.reason && before.message === state.message) return;
    const time = timestamp(cluster.now());
    const progressing: Condition & { lastUpdateTime: string } = {
      type: 'Progressing',
      status: 'True',
      lastUpdateTime: time,
      lastTransitionTime: before?.lastTransitionTime ?? time,
      ...state,
    };
    status.conditions = [progressing];
  });
}
