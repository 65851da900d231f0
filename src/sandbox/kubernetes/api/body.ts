import { parse as parseYaml } from 'yaml';
import { type ApiError, badRequest, invalidOption, invalidPatchResult, messageOf } from '../api-error.ts';
import { schemaOf } from '../api-types.ts';
import { isObject, type JsonObject } from '../objects.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { decode } from '../schema.ts';
import type { ApiRequest } from './request.ts';

/** Parses JSON. Errors carry the decoder's words: an early end, or a character that does not belong. */
export function parseJson(text: string, prefix: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const [, at] = /position (\d+)/.exec(messageOf(error)) ?? [];
    const early = at === undefined || Number(at) >= text.trimEnd().length;
    const character = text[Number(at ?? 0)] ?? '';
    const why = early
      ? 'unexpected end of JSON input'
      : `invalid character '${character}' looking for beginning of value`;
    throw badRequest(`${prefix}${why}`);
  }
}

/** Reads the object of a create or update request, in JSON or YAML. */
export function readObject(request: ApiRequest, resource: Resource): JsonObject {
  const type = request.headers['content-type'] ?? 'application/json';
  const value: unknown = type.includes('yaml') ? parseYaml(request.body) : parseJson(request.body, '');
  if (!isObject(value)) throw badRequest('the request body must be an object');
  const expected = apiVersionOf(resource);
  const { apiVersion = expected, kind = resource.kind } = value;
  if (apiVersion !== expected || kind !== resource.kind) {
    const why = `the API version in the data (${String(apiVersion)}/${String(kind)}) does not match the expected API version (${expected}/${resource.kind})`;
    throw badRequest(why);
  }
  const given = isObject(value.metadata) ? value.metadata.namespace : undefined;
  if (resource.namespaced && typeof given === 'string' && given !== '' && given !== request.info.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return value;
}

/** A body that was checked against the schema of its resource. */
export interface CheckedBody {
  object: JsonObject;
  warnings: string[];
}

/**
 * Prunes unknown fields and refuses wrong types. `fieldValidation` decides about unknown fields: Warn (default) warns,
 * Strict refuses with 422 for a patch and 400 for a whole object, Ignore is silent.
 */
export function checkFields(request: ApiRequest, resource: Resource, input: JsonObject): CheckedBody {
  const schema = schemaOf(resource);
  if (schema === undefined) return { object: input, warnings: [] };
  const { object, unknown, typeError } = decode(schema, input);
  if (typeError !== undefined) throw undecodable(request, resource, input, typeError);
  const texts = unknown.map((field) => `unknown field "${field}"`);
  const validation = request.query.get('fieldValidation') ?? 'Warn';
  if (texts.length > 0 && validation === 'Strict') {
    throw undecodable(request, resource, input, `strict decoding error: ${texts.join(', ')}`);
  }
  return { object, warnings: validation === 'Warn' ? texts : [] };
}

function undecodable(request: ApiRequest, resource: Resource, input: JsonObject, why: string): ApiError {
  if (request.method === 'PATCH') return invalidPatchResult(input, why);
  const { kind, version } = resource;
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

const OPTIONS: Record<string, string> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** Reads the options of a write: who writes, and whether only to try. Throws 422 for values that do not exist. */
export function writeOptions({ method, query, headers }: ApiRequest): { manager: string; dryRun: boolean } {
  const options = OPTIONS[method] ?? 'UpdateOptions';
  const supported = (field: string, values: readonly string[]) => {
    const value = query.get(field);
    if (value === null || value === '' || values.includes(value)) return;
    const list = values.map((text) => JSON.stringify(text)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
    throw invalidOption(options, [{ reason: 'FieldValueNotSupported', field, message }]);
  };
  supported('dryRun', ['All']);
  supported('fieldValidation', ['Ignore', 'Strict', 'Warn']);
  const agent = headers['user-agent']?.split('/')[0] ?? '';
  const manager = query.get('fieldManager') ?? '';
  return { manager: manager || agent || 'unknown', dryRun: query.get('dryRun') === 'All' };
}
