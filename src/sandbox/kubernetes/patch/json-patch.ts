import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { ApiError, badRequest } from '../api-error.ts';
import { clone, isObject, type JsonObject } from '../objects.ts';

/** Applies an RFC 6902 patch. A failing `test` or an impossible path is a 422, as measured. */
export function jsonPatch(target: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) {
    const found = isObject(patch) ? 'object' : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${found} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  let document: unknown;
  try {
    document = fastJsonPatch.applyPatch(clone(target), patch as Operation[], true).newDocument;
  } catch {
    throw rejected();
  }
  if (!isObject(document)) throw rejected();
  return document;
}

function rejected(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request');
}
