import { isObject, type JsonObject } from './objects.ts';

/** What a field may hold. `map` is an object of strings, `any` is not looked into. */
export type Schema = 'string' | 'bool' | 'int32' | 'any' | 'map' | { list: Schema } | Struct;

/** An object with known fields; `type` is the name of the API type, as decoding errors print it. */
export interface Struct {
  readonly type: string;
  readonly fields: Readonly<Record<string, Schema>>;
}

/** The result of checking an object against its schema. */
export interface Decoded {
  /** The object without the fields that the schema does not know. */
  object: JsonObject;
  /** Paths of unknown fields, for example `spec.suspendd`. */
  unknown: string[];
  /** The decoder's message about the first value of a wrong type. */
  typeError: string | undefined;
}

/** Declares an object type. `words` are fields of type string; other types are given by name. */
export function struct(type: string, words: string, fields: Record<string, Schema> = {}): Struct {
  const strings = words.split(' ').filter((word) => word !== '');
  return {
    type,
    fields: { ...Object.fromEntries(strings.map((word) => [word, 'string' as const])), ...fields },
  };
}

/** Declares several fields of one type. */
export function each(words: string, schema: Schema): Record<string, Schema> {
  return Object.fromEntries(words.split(' ').map((word) => [word, schema]));
}

/** Checks an object: prunes unknown fields, drops nulls, and reports the first value of a wrong type. */
export function decode(schema: Struct, input: JsonObject): Decoded {
  const found = { unknown: [] as string[], errors: [] as string[] };
  const object = visitStruct(schema, input, '', found);
  return { object, unknown: found.unknown, typeError: found.errors[0] };
}

interface Findings {
  unknown: string[];
  errors: string[];
}

function visitStruct(schema: Struct, input: JsonObject, path: string, found: Findings): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(input)) {
    const at = path === '' ? key : `${path}.${key}`;
    const field = schema.fields[key];
    if (field === undefined) found.unknown.push(at);
    else if (value !== null && value !== undefined) {
      result[key] = visit(field, value, { type: schema.type, path: at }, found);
    }
  }
  return result;
}

function visit(
  schema: Schema,
  value: unknown,
  place: { type: string; path: string },
  found: Findings,
): unknown {
  if (schema === 'any') return value;
  const expected = mismatch(schema, value);
  if (expected !== undefined) {
    found.errors.push(
      `json: cannot unmarshal ${jsonType(value)} into Go struct field ${place.type}.${place.path} of type ${expected}`,
    );
    return value;
  }
  if (typeof schema === 'string') return value;
  if ('list' in schema) {
    const items = Array.isArray(value) ? value : [];
    return items.map((item, at) =>
      visit(schema.list, item, { ...place, path: `${place.path}[${at}]` }, found),
    );
  }
  return isObject(value) ? visitStruct(schema, value, place.path, found) : value;
}

function mismatch(schema: Schema, value: unknown): string | undefined {
  if (schema === 'string') return typeof value === 'string' ? undefined : 'string';
  if (schema === 'bool') return typeof value === 'boolean' ? undefined : 'bool';
  if (schema === 'int32') return Number.isInteger(value) ? undefined : 'int32';
  if (schema === 'map') {
    const strings = isObject(value) && Object.values(value).every((item) => typeof item === 'string');
    return strings ? undefined : 'map[string]string';
  }
  if (schema === 'any') return undefined;
  if ('list' in schema) return Array.isArray(value) ? undefined : '[]object';
  return isObject(value) ? undefined : schema.type;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
