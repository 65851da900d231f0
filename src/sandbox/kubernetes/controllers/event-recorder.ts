import { randomBytes } from 'node:crypto';
import { type KubeObject, timestamp } from '../objects.ts';
import type { Registry } from '../registry.ts';
import { EVENTS, NAMESPACES } from '../resources.ts';

/** One event to tell about an object. */
export interface Note {
  type?: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const KEPT_PER_NAMESPACE = 1000;

/** Writes core/v1 Events about objects; an event that repeats raises the count of the first. */
export class EventRecorder {
  readonly #registry: Registry;
  readonly #component: string;

  constructor(registry: Registry, component: string) {
    this.#registry = registry;
    this.#component = component;
  }

  /** The same recorder under another component's name. */
  as(component: string): EventRecorder {
    return new EventRecorder(this.#registry, component);
  }

  record(about: KubeObject, { type = 'Normal', reason, message }: Note): void {
    const { namespace = 'default', name, uid, resourceVersion } = about.metadata;
    const { store, now } = this.#registry;
    const holder = store.get(NAMESPACES, undefined, namespace);
    if (holder === undefined || holder.metadata.deletionTimestamp !== undefined) return;
    const time = timestamp(now());
    const all = store.list(EVENTS, namespace);
    const same = all.find((event) => isSame(event, uid, reason, message));
    if (same !== undefined) {
      this.#registry.mutate(EVENTS, same, this.#component, (draft) => {
        draft.count = Number(draft.count ?? 1) + 1;
        draft.lastTimestamp = time;
      });
      return;
    }
    for (const old of all.length < KEPT_PER_NAMESPACE ? [] : all.slice(0, 100)) store.remove(EVENTS, old);
    const { apiVersion, kind } = about;
    const event = {
      metadata: { name: `${name}.${randomBytes(8).toString('hex')}` },
      involvedObject: { kind, namespace, name, uid, apiVersion, resourceVersion },
      reason,
      message,
      source: { component: this.#component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: this.#component,
      reportingInstance: '',
    };
    this.#registry.create(EVENTS, namespace, event, { manager: this.#component });
  }
}

function isSame(event: KubeObject, uid: string, reason: string, message: string): boolean {
  const involved = event.involvedObject;
  const about =
    typeof involved === 'object' && involved !== null && 'uid' in involved ? involved.uid : undefined;
  return about === uid && event.reason === reason && event.message === message;
}
