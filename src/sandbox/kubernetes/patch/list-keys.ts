import { isObject, type JsonObject } from '../objects.ts';

/** The field that identifies an item of a list; lists that are not named here are replaced as a whole. */
const LIST_KEYS: Record<string, string> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  conditions: 'type',
  imagePullSecrets: 'name',
  secrets: 'name',
  ownerReferences: 'uid',
};

/** The merge key of the list at this field, when it is merged item by item. */
export function listKey(field: string): string | undefined {
  return LIST_KEYS[field];
}

/** Lists of plain values that behave as sets. */
export function isSet(field: string): boolean {
  return field === 'finalizers';
}

/** Reads a list whose items are all objects that carry the merge key; undefined otherwise. */
export function keyedItems(value: unknown, key: string): JsonObject[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.filter((item): item is JsonObject => isObject(item) && item[key] !== undefined);
  return items.length === value.length ? items : undefined;
}
