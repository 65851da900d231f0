import type { ServerResponse } from 'node:http';
import { badRequest, methodNotAllowed, notFound, unknownResource } from '../api-error.ts';
import { deleteObject } from '../deletion.ts';
import { section } from '../objects.ts';
import type { Registry } from '../registry.ts';
import { PODS, type Resource } from '../resources.ts';
import { checkAccess } from './access.ts';
import { checkFields, readObject, writeOptions } from './body.ts';
import { deleteCollection, deleteOne } from './delete.ts';
import { discover, isKnownGroup } from './discovery.ts';
import { listObjects } from './list.ts';
import { patchObject } from './patch.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import { review } from './reviews.ts';
import { answerScale } from './scale.ts';
import { watchObjects } from './watch.ts';

/** What the API needs besides the stored objects. */
export interface ApiBackend {
  registry: Registry;
  /** The output of a pod's container. */
  log: (podUid: string, container: string | undefined) => string | undefined;
}

/** Answers a request, or takes the response over for a watch and returns undefined. Refusals are thrown. */
export function dispatch(
  backend: ApiBackend,
  request: ApiRequest,
  response: ServerResponse,
): ApiResponse | undefined {
  const { registry } = backend;
  const { info, user, path } = request;
  checkAccess(registry.store, user, info, path);
  if (!info.isResource) return discover(request);
  const { resource } = info;
  if (resource === undefined) {
    if (!isKnownGroup(info.group, info.version)) return { code: 404, body: '404 page not found\n' };
    throw unknownResource();
  }
  if (info.subresource !== '' && !resource.subresources.includes(info.subresource)) throw unknownResource();
  if (info.subresource === 'log') return podLog(backend, request);
  if (info.subresource === 'eviction') return evict(registry, request);
  if (info.subresource === 'scale') return answerScale(registry, request, resource);
  checkVerb(resource, info.verb, info.namespace);
  if (info.verb === 'watch') {
    watchObjects(registry.store, request, resource, response);
    return undefined;
  }
  return answer(registry, request, resource);
}

function checkVerb(resource: Resource, verb: string, namespace: string | undefined): void {
  const writes = verb === 'create' || verb === 'deletecollection';
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  if (resource.namespaced && namespace === undefined && writes) throw methodNotAllowed();
}

function answer(registry: Registry, request: ApiRequest, resource: Resource): ApiResponse {
  const { namespace, name, verb } = request.info;
  if (verb === 'get') return { code: 200, body: registry.get(resource, namespace, name) };
  if (verb === 'list') return listObjects(registry.store, request, resource);
  if (verb === 'patch' && name !== '') return patchObject(registry, request, resource);
  if (verb === 'update' && name !== '') return replace(registry, request, resource);
  if (verb === 'delete') return deleteOne(registry, request, resource);
  if (verb === 'deletecollection') return deleteCollection(registry, request, resource);
  if (verb !== 'create' || name !== '') throw methodNotAllowed();
  if (resource.verbs.length === 1) return review(registry.store, request, resource);
  const { object, warnings } = checkFields(request, resource, readObject(request, resource));
  return { code: 201, body: registry.create(resource, namespace, object, writeOptions(request)), warnings };
}

function replace(registry: Registry, request: ApiRequest, resource: Resource): ApiResponse {
  const { namespace, name, subresource } = request.info;
  const body = readObject(request, resource);
  const stored = registry.store.get(resource, namespace, name);
  if (stored === undefined) throw notFound(resource, name);
  const { object, warnings } = checkFields(request, resource, body);
  registry.checkUid(resource, stored, section(object, 'metadata').uid);
  const options = {
    ...writeOptions(request),
    subresource: subresource === 'status' ? ('status' as const) : ('' as const),
  };
  return { code: 200, body: registry.update(resource, stored, object, options), warnings };
}

function podLog({ registry, log }: ApiBackend, { info, query, method }: ApiRequest): ApiResponse {
  if (method !== 'GET') throw methodNotAllowed();
  const pod = registry.get(PODS, info.namespace, info.name);
  const text = log(pod.metadata.uid, query.get('container') ?? undefined);
  if (text === undefined)
    throw badRequest(`container in pod "${info.name}" is waiting to start: ContainerCreating`);
  return { code: 200, body: text };
}

function evict(registry: Registry, { info, method }: ApiRequest): ApiResponse {
  if (method !== 'POST') throw methodNotAllowed();
  const pod = registry.get(PODS, info.namespace, info.name);
  deleteObject(registry, PODS, pod, {});
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } };
}
