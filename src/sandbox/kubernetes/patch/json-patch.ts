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
    document = (patch as Operation[]).reduce<unknown>(applyOne, clone(target));
  } catch {
    throw rejected();
  }
  if (!isObject(document)) throw rejected();
  return document;
}

/** The server lets `replace` add a field that is missing, which RFC 6902 forbids. */
function applyOne(document: unknown, operation: Operation): unknown {
  const missing =
    operation.op === 'replace' && fastJsonPatch.getValueByPointer(document, operation.path) === undefined;
  const effective = missing ? { ...operation, op: 'add' as const } : operation;
  return fastJsonPatch.applyOperation(document, effective, true).newDocument;
}

function rejected(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request');
}
