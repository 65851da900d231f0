import { parse as parseYaml } from 'yaml';
import { ApiError, badRequest, invalidOption, notFound } from '../api-error.ts';
import { isObject, type JsonObject, type KubeObject, timestamp } from '../objects.ts';
import { applyPatch } from '../patch/apply-patch.ts';
import { fieldSet } from '../patch/field-set.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { managedEntry, type Writer } from '../patch/managed-fields.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts';
import type { Registry } from '../registry.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { checkFields, parseJson, writeOptions } from './body.ts';
import type { ApiRequest, ApiResponse } from './request.ts';

const APPLY = ['application/apply-patch+yaml', 'application/apply-patch+cbor'];
const TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  ...APPLY,
];

/** Patches an object in one of the four ways that the content type names (notes §3). */
export function patchObject(registry: Registry, request: ApiRequest, resource: Resource): ApiResponse {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (!TYPES.includes(type)) throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type');
  const options = {
    ...writeOptions(request),
    subresource: request.info.subresource === 'status' ? ('status' as const) : ('' as const),
  };
  const { namespace, name } = request.info;
  const stored = registry.store.get(resource, namespace, name);
  if (APPLY.includes(type)) return apply(registry, request, resource, stored);
  if (stored === undefined) throw notFound(resource, name);
  const patched = patchedBody(type, request.body, stored);
  const { object, warnings } = checkFields(request, resource, patched);
  return { code: 200, body: registry.update(resource, stored, object, options), warnings };
}

function patchedBody(type: string, body: string, stored: KubeObject): JsonObject {
  const patch = parseJson(body, 'error decoding patch: ');
  if (type === 'application/json-patch+json') return jsonPatch(stored, patch);
  if (!isObject(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  }
  return type === 'application/merge-patch+json'
    ? mergePatch(stored, patch)
    : strategicMergePatch(stored, patch);
}

function apply(
  registry: Registry,
  request: ApiRequest,
  resource: Resource,
  stored: KubeObject | undefined,
): ApiResponse {
  const { query, info } = request;
  const manager = query.get('fieldManager') ?? '';
  if (manager === '') {
    const message = 'Required value: is required for apply patch';
    throw invalidOption('PatchOptions', [{ reason: 'FieldValueRequired', field: 'fieldManager', message }]);
  }
  const parsed: unknown = parseYaml(request.body);
  if (!isObject(parsed))
    throw badRequest('error decoding YAML: the body of an apply patch must be an object');
  const { object: config, warnings } = checkFields(request, resource, parsed);
  const subresource = info.subresource === 'status' ? ('status' as const) : ('' as const);
  const writer: Writer = {
    manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    subresource,
    time: timestamp(registry.now()),
  };
  const { dryRun } = writeOptions(request);
  if (stored === undefined) {
    const managedFields = [managedEntry(writer, fieldSet(config).keys())];
    const named = {
      ...config,
      metadata: { ...(isObject(config.metadata) ? config.metadata : {}), name: info.name },
    };
    const body = registry.create(resource, info.namespace, named, { manager, dryRun, managedFields });
    return { code: 201, body, warnings };
  }
  const { object, managedFields } = applyPatch(stored, config, writer, query.get('force') === 'true');
  const body = registry.update(resource, stored, object, { manager, dryRun, subresource, managedFields });
  return { code: 200, body, warnings };
}
