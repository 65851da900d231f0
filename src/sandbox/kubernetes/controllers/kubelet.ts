import { PODS } from '../resources.ts';
import type { PodRuntime } from '../runtime/pod-runtime.ts';
import type { StoreEvent } from '../store.ts';
import { isTerminal, type Pod } from '../workloads.ts';
import type { Cluster, Controller } from './controller.ts';
import { queueKey, splitKey } from './controller.ts';
import { PodWorker } from './pod-worker.ts';
import { WorkQueue } from './work-queue.ts';

/** The one node of the sandbox. */
const NODE_NAME = 'sandbox-node';

/** The scheduler and the node agent in one: puts each new pod on the sandbox's node and runs its containers. */
export interface Kubelet extends Controller {
  /** The output of a pod's container; undefined when the pod never ran here. */
  log: (podUid: string, container: string | undefined) => string | undefined;
}

/** Settings of the kubelet. */
export interface KubeletOptions {
  runtime: PodRuntime;
  /** The delay before the second restart of a container in place, in milliseconds; it doubles up to five minutes. */
  restartBackoffMs: number;
}

/** Starts the kubelet; it looks at every pod that is already stored. */
export function startKubelet(cluster: Cluster, options: KubeletOptions): Kubelet {
  const workers = new Map<string, PodWorker>();
  const queue = new WorkQueue(cluster.now, (key) => {
    const { namespace, name } = splitKey(key);
    const pod = cluster.store.get(PODS, namespace, name) as Pod | undefined;
    if (pod !== undefined) syncPod(cluster, pod, { workers, options });
  });
  const unsubscribe = cluster.store.subscribe((event) => observe(event, { queue, workers }));
  for (const pod of cluster.store.list(PODS)) queue.add(queueKey(pod));
  return {
    log: (podUid, container) => workers.get(podUid)?.log(container),
    stop() {
      unsubscribe();
      queue.stop();
      for (const worker of workers.values()) worker.abandon();
    },
  };
}

function observe(
  { resource, object, type }: StoreEvent,
  { queue, workers }: { queue: WorkQueue; workers: Map<string, PodWorker> },
): void {
  if (resource !== PODS) return;
  if (type !== 'DELETED') queue.add(queueKey(object), 20);
  else {
    workers.get(object.metadata.uid)?.terminate(0);
    workers.delete(object.metadata.uid);
  }
}

function syncPod(
  cluster: Cluster,
  pod: Pod,
  { workers, options }: { workers: Map<string, PodWorker>; options: KubeletOptions },
): void {
  const { uid, deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const worker = workers.get(uid);
  if (deletionTimestamp !== undefined) {
    if (worker === undefined) finishDeletion(cluster, pod);
    else worker.terminate(deletionGracePeriodSeconds * 1000);
    return;
  }
  if (worker !== undefined || isTerminal(pod)) return;
  const bound = pod.spec.nodeName === undefined ? bind(cluster, pod) : pod;
  if (bound === undefined || bound.spec.nodeName !== NODE_NAME) return;
  const started = new PodWorker(cluster, bound, options);
  workers.set(uid, started);
  started.start();
}

function bind(cluster: Cluster, pod: Pod): Pod | undefined {
  const { namespace = '', name } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${NODE_NAME}`;
  cluster.events.as('default-scheduler').record(pod, { reason: 'Scheduled', message });
  return cluster.registry.mutate(PODS, pod, 'kube-scheduler', (draft) => {
    draft.spec.nodeName = NODE_NAME;
  });
}

/** Removes a pod that does not run any more, as the kubelet does with a delete of grace 0. */
function finishDeletion(cluster: Cluster, pod: Pod): void {
  cluster.registry.mutate(PODS, pod, 'kubelet', ({ metadata }) => {
    metadata.deletionGracePeriodSeconds = 0;
  });
}
