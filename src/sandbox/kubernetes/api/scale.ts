import { ApiError, badRequest, conflict, methodNotAllowed } from '../api-error.ts';
import { isObject, type JsonObject, type KubeObject, section } from '../objects.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resources.ts';
import { parseJson, writeOptions } from './body.ts';
import type { ApiRequest, ApiResponse } from './request.ts';

/**
 * The scale subresource: the count of replicas alone, so that a role may be allowed to scale and nothing else. As in
 * the API server's source, another uid is a conflict and a resourceVersion in the body guards the parent.
 */
export function answerScale(registry: Registry, request: ApiRequest, resource: Resource): ApiResponse {
  const { namespace, name, verb } = request.info;
  const stored = registry.get(resource, namespace, name);
  if (verb === 'get') return { code: 200, body: scaleOf(stored) };
  const wanted = verb === 'patch' ? patchedScale(request, stored) : verb === 'update' ? body(request) : null;
  if (wanted === null) throw methodNotAllowed();
  const { uid, resourceVersion } = section(wanted, 'metadata');
  if (typeof uid === 'string' && uid !== '' && uid !== stored.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.metadata.uid}`;
    throw conflict(resource, name, why);
  }
  const { replicas = 0 } = section(wanted, 'spec');
  const next = {
    ...stored,
    metadata: { ...stored.metadata, resourceVersion },
    spec: { ...section(stored, 'spec'), replicas },
  };
  const updated = registry.update(resource, stored, next, writeOptions(request));
  return { code: 200, body: scaleOf(updated) };
}

function body(request: ApiRequest): JsonObject {
  const value = parseJson(request.body, '');
  if (!isObject(value)) throw badRequest('the request body must be an object');
  return value;
}

function patchedScale(request: ApiRequest, stored: KubeObject): JsonObject {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const patch = parseJson(request.body, 'error decoding patch: ');
  const scale = scaleOf(stored);
  if (type === 'application/json-patch+json') return jsonPatch(scale, patch);
  if (!['application/merge-patch+json', 'application/strategic-merge-patch+json'].includes(type))
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type');
  if (!isObject(patch)) throw badRequest('error decoding patch: the body must be an object');
  return mergePatch(scale, patch);
}

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas = 0, selector } = section(object, 'spec');
  const labels = Object.entries(section(isObject(selector) ? selector : {}, 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas },
    status: {
      replicas: section(object, 'status').replicas ?? 0,
      selector: labels.map(([key, value]) => `${key}=${String(value)}`).join(','),
    },
  };
}
