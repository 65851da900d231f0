import { FOREGROUND, ORPHAN } from '../deletion.ts';
import type { KubeObject } from '../objects.ts';
import { EVENTS, JOBS, RESOURCES, type Resource } from '../resources.ts';
import type { Cluster, Controller } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

const MANAGER = 'kube-controller-manager';

interface Found {
  resource: Resource;
  object: KubeObject;
}

/** Deletes what has lost its owners, and carries out the Orphan and Foreground policies of owners being deleted. */
export function startGarbageCollector(cluster: Cluster): Controller {
  const queue = new WorkQueue(cluster.now, () => collect(cluster));
  const unsubscribe = cluster.store.subscribe(({ type, object, resource }) => {
    const leaving = type === 'DELETED' || object.metadata.deletionTimestamp !== undefined;
    const owned = object.metadata.ownerReferences !== undefined;
    if (resource !== EVENTS && (leaving || (type === 'ADDED' && owned))) queue.add('all');
  });
  queue.add('all');
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function collect(cluster: Cluster): void {
  const objects = RESOURCES.filter((resource) => resource !== EVENTS).flatMap((resource) =>
    cluster.store.list(resource).map((object): Found => ({ resource, object })),
  );
  const alive = new Set(objects.map(({ object }) => object.metadata.uid));
  for (const found of objects) {
    const { finalizers = [], deletionTimestamp } = found.object.metadata;
    if (deletionTimestamp === undefined) continue;
    const dependents = objects.filter(({ object }) => ownedBy(object, found.object.metadata.uid));
    if (finalizers.includes(ORPHAN)) orphan(cluster, found, dependents);
    if (finalizers.includes(FOREGROUND)) deleteForeground(cluster, found, dependents);
  }
  for (const { resource, object } of objects) {
    const { ownerReferences: owners = [], deletionTimestamp } = object.metadata;
    if (owners.length === 0 || owners.some(({ uid }) => alive.has(uid))) continue;
    if (deletionTimestamp === undefined)
      cluster.delete(resource, object, { propagationPolicy: 'Background' });
  }
}

const ownedBy = (object: KubeObject, uid: string) =>
  object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;

function orphan(cluster: Cluster, owner: Found, dependents: readonly Found[]): void {
  for (const { resource, object } of dependents) {
    cluster.registry.mutate(resource, object, MANAGER, ({ metadata }) => {
      metadata.ownerReferences = metadata.ownerReferences?.filter(
        ({ uid }) => uid !== owner.object.metadata.uid,
      );
      if (metadata.ownerReferences?.length === 0) metadata.ownerReferences = undefined;
    });
  }
  dropFinalizer(cluster, owner, ORPHAN);
}

function deleteForeground(cluster: Cluster, owner: Found, dependents: readonly Found[]): void {
  for (const { resource, object } of dependents) {
    const propagationPolicy = resource === JOBS ? 'Foreground' : 'Background';
    if (object.metadata.deletionTimestamp === undefined)
      cluster.delete(resource, object, { propagationPolicy });
  }
  const { uid } = owner.object.metadata;
  const blocking = dependents.filter(({ resource, object }) => {
    const blocks = object.metadata.ownerReferences?.some(
      (owned) => owned.uid === uid && owned.blockOwnerDeletion === true,
    );
    const { namespace, name } = object.metadata;
    return blocks === true && cluster.store.get(resource, namespace, name) !== undefined;
  });
  if (blocking.length === 0) dropFinalizer(cluster, owner, FOREGROUND);
}

function dropFinalizer(cluster: Cluster, { resource, object }: Found, finalizer: string): void {
  cluster.registry.mutate(resource, object, MANAGER, ({ metadata }) => {
    metadata.finalizers = metadata.finalizers?.filter((name) => name !== finalizer);
    if (metadata.finalizers?.length === 0) metadata.finalizers = undefined;
  });
}
