import { expired } from './api-error.ts';
import type { KubeObject } from './objects.ts';
import type { Resource } from './resources.ts';

/** One change of the store, in the order in which watchers see it. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly version: number;
}

/** Versions below this one count as compacted, so that a test can ask for a version that is too old. */
const FIRST_VERSION = 1000;
const KEPT_EVENTS = 5000;

const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;

/**
 * Keeps every object in memory with one version counter for all, as etcd does, and the latest changes for watches.
 * Stored objects are never changed in place: each write stores a new object.
 */
export class ObjectStore {
  readonly #objects = new Map<Resource, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  #events: StoreEvent[] = [];
  #version = FIRST_VERSION;
  #oldest = FIRST_VERSION;

  /** The version of the latest change. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version from which a watch can start. */
  get oldest(): number {
    return this.#oldest;
  }

  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(keyOf(resource.namespaced ? namespace : undefined, name));
  }

  /** Lists objects sorted by namespace and name; without a namespace, those of the whole cluster. */
  list(resource: Resource, namespace?: string): KubeObject[] {
    return select(this.#objects.get(resource) ?? new Map(), resource, namespace);
  }

  /**
   * Lists objects as they were at an older version, for the later pages of a list.
   * Throws 410 when the changes since then are no longer kept.
   */
  listAt(version: number, resource: Resource, namespace?: string): KubeObject[] {
    const then = new Map(this.#objects.get(resource) ?? []);
    for (const event of this.eventsAfter(version).toReversed()) {
      if (event.resource !== resource) continue;
      const key = keyOf(event.object.metadata.namespace, event.object.metadata.name);
      if (event.previous === undefined) then.delete(key);
      else then.set(key, event.previous);
    }
    return select(then, resource, namespace);
  }

  /** The kept changes after a version. Throws 410 when some of them are gone. */
  eventsAfter(version: number): StoreEvent[] {
    if (version < this.#oldest) throw expired(`too old resource version: ${version} (${this.#oldest})`);
    return this.#events.filter((event) => event.version > version);
  }

  /** Stores an object under a new resource version and returns it as stored. */
  put(resource: Resource, object: KubeObject): KubeObject {
    const version = this.#version + 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const { namespace, name } = stored.metadata;
    const previous = this.get(resource, namespace, name);
    const objects = this.#objects.get(resource) ?? new Map<string, KubeObject>();
    this.#objects.set(resource, objects);
    objects.set(keyOf(namespace, name), stored);
    this.#publish({ type: previous ? 'MODIFIED' : 'ADDED', resource, object: stored, previous, version });
    return stored;
  }

  /** Removes an object; watchers see its last state with the version of the removal. */
  remove(resource: Resource, object: KubeObject): void {
    const { namespace, name } = object.metadata;
    const previous = this.get(resource, namespace, name);
    if (previous === undefined) return;
    const version = this.#version + 1;
    this.#objects.get(resource)?.delete(keyOf(namespace, name));
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(version) } };
    this.#publish({ type: 'DELETED', resource, object: last, previous, version });
  }

  /** Calls the listener at every change until the returned function is called. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #publish(event: StoreEvent): void {
    this.#version = event.version;
    this.#events.push(event);
    if (this.#events.length > KEPT_EVENTS) {
      this.#events = this.#events.slice(-KEPT_EVENTS / 2);
      this.#oldest = (this.#events[0]?.version ?? this.#version) - 1;
    }
    for (const listener of this.#listeners) listener(event);
  }
}

function select(objects: Map<string, KubeObject>, resource: Resource, namespace?: string): KubeObject[] {
  const wanted = resource.namespaced ? namespace : undefined;
  return [...objects]
    .filter(([, { metadata }]) => wanted === undefined || metadata.namespace === wanted)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, object]) => object);
}
