import { schemaOf } from './api-types.ts';
import type { JsonObject } from './objects.ts';
import type { Resource } from './resources.ts';
import { decode } from './schema.ts';

/** Checks a manifest as strictly as `fieldValidation=Strict` does, and returns it. Throws for unknown fields and types. */
export function checkManifest(resource: Resource, manifest: JsonObject): JsonObject {
  const schema = schemaOf(resource);
  if (schema === undefined) return manifest;
  const { object, unknown, typeError } = decode(schema, manifest);
  if (typeError !== undefined) throw new Error(typeError);
  if (unknown.length > 0) throw new Error(`unknown fields ${unknown.join(', ')}`);
  return object;
}
