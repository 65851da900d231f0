import { hardLimits, usage } from '../admission/quota.ts';
import { formatQuantity } from '../quantity.ts';
import { JOBS, NAMESPACES, QUOTAS, RESOURCES, SERVICE_ACCOUNTS } from '../resources.ts';
import { finishedCondition, type Job } from '../workloads.ts';
import type { Cluster, Controller } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

const MANAGER = 'kube-controller-manager';
/** The real controller fills a quota's status one to two seconds after a change (notes §6). */
const PERIOD_MS = 1000;

/** Runs the small loops: quota status, time to live of finished Jobs, emptying of namespaces, default accounts. */
export function startHousekeeping(cluster: Cluster): Controller {
  const queue = new WorkQueue(cluster.now, () => {
    fillQuotas(cluster);
    expireJobs(cluster);
    emptyNamespaces(cluster);
    queue.add('all', PERIOD_MS);
  });
  queue.add('all', PERIOD_MS);
  const unsubscribe = cluster.store.subscribe(({ resource, object }) => {
    if (resource !== NAMESPACES) return;
    if (object.metadata.deletionTimestamp !== undefined) queue.add('all');
    else addDefaultAccount(cluster, object.metadata.name);
  });
  for (const { metadata } of cluster.store.list(NAMESPACES)) addDefaultAccount(cluster, metadata.name);
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function addDefaultAccount(cluster: Cluster, namespace: string): void {
  if (cluster.store.get(SERVICE_ACCOUNTS, namespace, 'default') !== undefined) return;
  queueMicrotask(() => {
    const holder = cluster.store.get(NAMESPACES, undefined, namespace);
    if (holder === undefined || holder.metadata.deletionTimestamp !== undefined) return;
    if (cluster.store.get(SERVICE_ACCOUNTS, namespace, 'default') !== undefined) return;
    cluster.registry.create(
      SERVICE_ACCOUNTS,
      namespace,
      { metadata: { name: 'default' } },
      { manager: MANAGER },
    );
  });
}

function fillQuotas(cluster: Cluster): void {
  for (const quota of cluster.store.list(QUOTAS)) {
    const used = Object.entries(usage(cluster.store, quota)).map(([name, amount]) => [
      name,
      formatQuantity(amount),
    ]);
    cluster.registry.mutate(QUOTAS, quota, MANAGER, (draft) => {
      draft.status = { hard: hardLimits(quota), used: Object.fromEntries(used) };
    });
  }
}

function expireJobs(cluster: Cluster): void {
  for (const job of cluster.store.list(JOBS) as Job[]) {
    const { ttlSecondsAfterFinished: ttl } = job.spec;
    const finished = finishedCondition(job);
    if (ttl === undefined || finished === undefined || job.metadata.deletionTimestamp !== undefined) continue;
    const due = Date.parse(finished.lastTransitionTime) + ttl * 1000;
    if (cluster.now().getTime() >= due) cluster.delete(JOBS, job, { propagationPolicy: 'Foreground' });
  }
}

/** Deletes everything in a namespace that is terminating, and the namespace when it is empty. */
function emptyNamespaces(cluster: Cluster): void {
  for (const namespace of cluster.store.list(NAMESPACES)) {
    if (namespace.metadata.deletionTimestamp === undefined) continue;
    const { name } = namespace.metadata;
    const held = RESOURCES.filter(({ namespaced }) => namespaced).flatMap((resource) =>
      cluster.store.list(resource, name).map((object) => ({ resource, object })),
    );
    for (const { resource, object } of held) {
      if (object.metadata.deletionTimestamp !== undefined) continue;
      cluster.delete(resource, object, { propagationPolicy: 'Background' });
    }
    if (held.length === 0) cluster.store.remove(NAMESPACES, namespace);
  }
}
