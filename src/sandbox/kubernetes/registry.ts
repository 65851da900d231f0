import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { applyLimitRanges } from './admission/limit-range.ts';
import { admitByQuota } from './admission/quota.ts';
import { alreadyExists, badRequest, conflict, forbidden, notFound, staleVersion } from './api-error.ts';
import { setDefaults } from './defaults.ts';
import {
  clone,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  nameSuffix,
  section,
  timestamp,
} from './objects.ts';
import { trackUpdate } from './patch/managed-fields.ts';
import { prepareNew } from './prepare.ts';
import { apiVersionOf, NAMESPACES, PODS, type Resource } from './resources.ts';
import type { ObjectStore } from './store.ts';
import { validateCreate, validateUpdate } from './validation.ts';

/** How a write is made and by whom. */
export interface WriteOptions {
  /** The field manager that is recorded in `managedFields`. */
  manager: string;
  /** Computes and returns the result without storing it. */
  dryRun?: boolean;
  /** Writes only the status; without it, the status of the body is ignored. */
  subresource?: 'status' | '';
  /** Server-side apply has worked out the owners itself. */
  managedFields?: ManagedFieldsEntry[];
  /** Keeps the body's status and creation time: only for the manifests a sandbox starts with. */
  keepStatus?: boolean;
}

/** The write rules of the API server: defaults, validation, admission, generation, owners, and versions. */
export class Registry {
  readonly store: ObjectStore;
  readonly now: () => Date;

  constructor(store: ObjectStore, now: () => Date) {
    this.store = store;
    this.now = now;
  }

  /** Reads an object. Throws 404 when there is none. */
  get(resource: Resource, namespace: string | undefined, name: string): KubeObject {
    const object = this.store.get(resource, namespace, name);
    if (object === undefined) throw notFound(resource, name);
    return object;
  }

  /** Stores a new object and returns it as stored. */
  create(
    resource: Resource,
    namespace: string | undefined,
    body: JsonObject,
    options: WriteOptions,
  ): KubeObject {
    const object = this.#newObject(resource, namespace, body, options);
    this.#admitNamespace(resource, object);
    setDefaults(resource, object);
    prepareNew(resource, object);
    if (resource === PODS) applyLimitRanges(this.store, object);
    validateCreate(resource, object);
    if (this.store.get(resource, namespace, object.metadata.name))
      throw alreadyExists(resource, object.metadata.name);
    admitByQuota(this.store, resource, object);
    object.metadata.managedFields = options.managedFields ?? this.#track({}, object, resource, options);
    if (options.dryRun !== true) return this.store.put(resource, object);
    const { resourceVersion: _none, ...metadata } = object.metadata;
    return { ...object, metadata: { ...metadata, resourceVersion: '' } };
  }

  #newObject(
    resource: Resource,
    namespace: string | undefined,
    body: JsonObject,
    options: WriteOptions,
  ): KubeObject {
    const draft = clone(body);
    const given = section(draft, 'metadata');
    const { generateName } = given;
    const generated = typeof generateName === 'string' ? `${generateName.slice(0, 58)}${nameSuffix()}` : '';
    if (typeof given.resourceVersion === 'string' && given.resourceVersion !== '') {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const { status, ...rest } = draft;
    const { managedFields: _owners, namespace: _namespace, deletionTimestamp: _deleted, ...kept } = given;
    const created = options.keepStatus === true ? kept.creationTimestamp : undefined;
    return {
      ...rest,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: {
        ...kept,
        name: typeof given.name === 'string' && given.name !== '' ? given.name : generated,
        ...(resource.namespaced ? { namespace } : {}),
        uid: randomUUID(),
        resourceVersion: '',
        ...(resource.counted ? { generation: 1 } : {}),
        creationTimestamp: typeof created === 'string' ? created : timestamp(this.now()),
      },
      ...(options.keepStatus === true && status !== undefined ? { status } : {}),
    };
  }

  #admitNamespace(resource: Resource, object: KubeObject): void {
    if (!resource.namespaced) return;
    const { namespace = '', name } = object.metadata;
    const holder = this.get(NAMESPACES, undefined, namespace);
    if (holder.metadata.deletionTimestamp !== undefined) {
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      throw forbidden(resource, name, why);
    }
  }

  /**
   * Replaces an object and returns it as stored. A body equal to what is stored changes nothing, not even the version.
   * Throws 409 for an older resource version and 422 for invalid or immutable fields.
   */
  update(resource: Resource, stored: KubeObject, body: JsonObject, options: WriteOptions): KubeObject {
    const { name } = stored.metadata;
    const given = section(body, 'metadata');
    const version = given.resourceVersion;
    if (typeof version === 'string' && version !== '' && version !== stored.metadata.resourceVersion) {
      throw staleVersion(resource, name);
    }
    if (typeof given.name === 'string' && given.name !== name) {
      throw badRequest(`the name of the object (${given.name}) does not match the name on the URL (${name})`);
    }
    const next = merged(stored, body, options.subresource ?? '');
    setDefaults(resource, next);
    validateUpdate(resource, next, stored);
    if (resource.counted && !isDeepStrictEqual(clone(next.spec), clone(stored.spec))) {
      next.metadata.generation = (stored.metadata.generation ?? 0) + 1;
    }
    if (sameContent(next, stored) && sameOwners(options.managedFields, stored)) return stored;
    next.metadata.managedFields = options.managedFields ?? this.#track(stored, next, resource, options);
    return options.dryRun === true ? next : this.#put(resource, next);
  }

  #put(resource: Resource, object: KubeObject): KubeObject {
    const stored = this.store.put(resource, object);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = stored.metadata;
    if (deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0) {
      this.store.remove(resource, stored);
    }
    return stored;
  }

  /**
   * Changes an object as a controller does: `change` edits a copy, which is written even when fields are immutable
   * for users. Returns undefined when the object is gone.
   */
  mutate<T extends KubeObject>(
    resource: Resource,
    object: T,
    manager: string,
    change: (draft: T) => void,
  ): T | undefined {
    const { namespace, name, uid } = object.metadata;
    const current = this.store.get(resource, namespace, name) as T | undefined;
    if (current === undefined || current.metadata.uid !== uid) return undefined;
    const draft = clone(current);
    change(draft);
    const next = clone(draft);
    if (sameContent(next, current)) return current;
    next.metadata.managedFields = this.#track(current, next, resource, { manager, subresource: 'status' });
    return this.#put(resource, next) as T;
  }

  #track(
    before: JsonObject,
    after: KubeObject,
    resource: Resource,
    options: WriteOptions,
  ): ManagedFieldsEntry[] {
    return trackUpdate(before, after, {
      manager: options.manager,
      operation: 'Update',
      apiVersion: apiVersionOf(resource),
      subresource: options.subresource ?? '',
      time: timestamp(this.now()),
    });
  }

  /** Throws 409 when a delete or update names another uid than the stored object's. */
  checkUid(resource: Resource, object: KubeObject, uid: unknown): void {
    if (typeof uid !== 'string' || uid === object.metadata.uid) return;
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`;
    throw conflict(resource, object.metadata.name, why);
  }
}

/** Puts the writable part of a body onto the stored object: status for the status subresource, all else otherwise. */
function merged(stored: KubeObject, body: JsonObject, subresource: string): KubeObject {
  if (subresource === 'status') return clone({ ...stored, status: body.status });
  const { status: _status, ...rest } = body;
  const { metadata } = stored;
  const given = section(body, 'metadata');
  const fixed = {
    name: metadata.name,
    namespace: metadata.namespace,
    uid: typeof given.uid === 'string' && given.uid !== '' ? given.uid : metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    creationTimestamp: metadata.creationTimestamp,
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
    managedFields: metadata.managedFields,
  };
  const { apiVersion, kind } = stored;
  return clone({ ...rest, status: stored.status, apiVersion, kind, metadata: { ...given, ...fixed } });
}

function sameContent(next: KubeObject, stored: KubeObject): boolean {
  const bare = (object: KubeObject) =>
    clone({ ...object, metadata: { ...object.metadata, managedFields: undefined } });
  return isDeepStrictEqual(bare(next), bare(stored));
}

function sameOwners(given: ManagedFieldsEntry[] | undefined, stored: KubeObject): boolean {
  if (given === undefined) return true;
  const bare = (entries: ManagedFieldsEntry[] = []) =>
    entries.map(({ manager, operation, fieldsV1 }) => JSON.stringify([manager, operation, fieldsV1])).sort();
  return isDeepStrictEqual(bare(given), bare(stored.metadata.managedFields));
}
