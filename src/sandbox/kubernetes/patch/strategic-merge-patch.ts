import { isObject, type JsonObject } from '../objects.ts';
import { isSet, keyedItems, listKey } from './list-keys.ts';

const DIRECTIVE = '$patch';

/**
 * Applies a strategic merge patch: as a merge patch, but keyed lists merge item by item. The directives
 * `$patch: replace|delete` and `$deleteFromPrimitiveList` are honoured; `$setElementOrder` and `$retainKeys` are ignored.
 */
export function strategicMergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  if (patch[DIRECTIVE] === 'replace') return without(patch, DIRECTIVE);
  if (patch[DIRECTIVE] === 'delete') return {};
  const result = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) deleteFromList(result, key.slice(25), value);
    else if (key.startsWith('$')) continue;
    else if (value === null) delete result[key];
    else result[key] = mergeField(key, result[key], value);
  }
  return result;
}

function mergeField(field: string, current: unknown, value: unknown): unknown {
  if (isObject(value)) return strategicMergePatch(isObject(current) ? current : {}, value);
  if (!Array.isArray(value)) return value;
  if (isSet(field)) return [...new Set([...(Array.isArray(current) ? current : []), ...value])];
  const key = listKey(field);
  return key === undefined ? value : mergeList(key, Array.isArray(current) ? current : [], value);
}

function mergeList(key: string, current: unknown[], patch: unknown[]): unknown[] {
  const replaces = patch.some((item) => isObject(item) && item[DIRECTIVE] === 'replace');
  const items = keyedItems(
    patch.filter((item) => !(isObject(item) && item[DIRECTIVE] === 'replace' && item[key] === undefined)),
    key,
  );
  if (items === undefined) return patch;
  const merged = replaces ? [] : (keyedItems(current, key) ?? []);
  for (const item of items) {
    const at = merged.findIndex((existing) => existing[key] === item[key]);
    if (item[DIRECTIVE] === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (at < 0) merged.push(without(item, DIRECTIVE));
    else merged[at] = strategicMergePatch(merged[at] ?? {}, item);
  }
  return inOrder(merged, { key, before: current, patch: items });
}

/** Items of the patch keep its order, the others theirs; where nothing says which of both comes first, the patch does. */
function inOrder(
  merged: readonly JsonObject[],
  { key, before, patch }: { key: string; before: readonly unknown[]; patch: readonly JsonObject[] },
): JsonObject[] {
  const placeIn = (list: readonly unknown[], item: JsonObject) =>
    list.findIndex((other) => isObject(other) && other[key] === item[key]);
  const named = merged
    .filter((item) => placeIn(patch, item) >= 0)
    .sort((one, other) => placeIn(patch, one) - placeIn(patch, other));
  const others = merged.filter((item) => placeIn(patch, item) < 0);
  const ordered: JsonObject[] = [];
  while (named.length > 0 && others.length > 0) {
    const [first, place] = [
      placeIn(before, others[0] as JsonObject),
      placeIn(before, named[0] as JsonObject),
    ];
    ordered.push(...(first < place ? others : named).splice(0, 1));
  }
  return [...ordered, ...named, ...others];
}

function deleteFromList(result: JsonObject, field: string, values: unknown): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  result[field] = list.filter((item) => !values.includes(item));
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
