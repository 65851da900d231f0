import type { DeleteOptions } from '../deletion.ts';
import type { KubeObject } from '../objects.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { EventRecorder } from './event-recorder.ts';

/** What every controller works with. */
export interface Cluster {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly events: EventRecorder;
  readonly now: () => Date;
  /** Deletes an object as a client of the API would. */
  delete(resource: Resource, object: KubeObject, options?: DeleteOptions): void;
}

/** A loop that brings the stored objects nearer to what they ask for, until it is stopped. */
export interface Controller {
  stop(): void;
}

/** The key under which a controller queues an object. */
export function queueKey({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Splits a queue key into namespace and name. */
export function splitKey(key: string): { namespace: string; name: string } {
  const at = key.indexOf('/');
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}
