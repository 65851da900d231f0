import type { V1ObjectMeta, V1OwnerReference, V1Pod } from '@kubernetes/client-node';
import type { Pod } from '../../domain/cluster.ts';
import type { Api } from './api.ts';
import { controllerOf } from './to-domain.ts';

/** A Job or a ReplicaSet. */
interface Controller {
  readonly metadata?: V1ObjectMeta;
}

/** Finds who controls a controller; reads each object once. */
export class Owners {
  readonly #api: Api;
  readonly #signal: AbortSignal;
  readonly #listed: ReadonlyMap<string, Controller>;
  readonly #known = new Map<string, Promise<V1OwnerReference | undefined>>();

  /** The Jobs and ReplicaSets that were listed already spare a request each. */
  constructor(api: Api, listed: readonly Controller[], signal: AbortSignal) {
    this.#api = api;
    this.#signal = signal;
    this.#listed = new Map(listed.map((object) => [object.metadata?.uid ?? '', object]));
  }

  /**
   * The chain Pod → Job → CronJob, Pod → ReplicaSet → Deployment, or as much of it as there is, nearest first.
   * What cannot be read is reported and left out.
   */
  async chain(pod: V1Pod, report: (error: unknown) => void): Promise<Pod['owners']> {
    const nearest = controllerOf(pod.metadata);
    if (nearest === undefined) return [];
    try {
      const next = await this.#ownerOf(nearest, pod.metadata?.namespace ?? '');
      return next === undefined ? [short(nearest)] : [short(nearest), short(next)];
    } catch (error) {
      report(error);
      return [short(nearest)];
    }
  }

  #ownerOf(reference: V1OwnerReference, namespace: string): Promise<V1OwnerReference | undefined> {
    const known = this.#known.get(reference.uid);
    if (known !== undefined) return known;
    const found = this.#read(reference, namespace);
    this.#known.set(reference.uid, found);
    return found;
  }

  async #read(
    { kind, name, uid }: V1OwnerReference,
    namespace: string,
  ): Promise<V1OwnerReference | undefined> {
    const api = this.#api;
    const listed = this.#listed.get(uid);
    if (listed !== undefined) return controllerOf(listed.metadata);
    if (kind === 'Job') {
      const request = { verb: 'get', resource: 'jobs', group: 'batch', namespace, name } as const;
      const job = await api.read(request, this.#signal, (options) =>
        api.batch.readNamespacedJob({ name, namespace }, options),
      );
      return controllerOf(job.metadata);
    }
    if (kind !== 'ReplicaSet') return undefined;
    const request = { verb: 'get', resource: 'replicasets', group: 'apps', namespace, name } as const;
    const set = await api.read(request, this.#signal, (options) =>
      api.apps.readNamespacedReplicaSet({ name, namespace }, options),
    );
    return controllerOf(set.metadata);
  }
}

function short({ kind, name, uid }: V1OwnerReference): Pod['owners'][number] {
  return { kind, name, uid };
}
