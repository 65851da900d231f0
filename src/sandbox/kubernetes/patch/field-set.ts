import { isObject, type JsonObject } from '../objects.ts';
import { isSet, keyedItems, listKey } from './list-keys.ts';

/** Separates the segments of a path in a {@link FieldSet}; it cannot occur in JSON field names of the API. */
const SEPARATOR = '\u0000';

/** Leaf fields of an object: path in the notation of `fieldsV1` → value as JSON. */
export type FieldSet = Map<string, string>;

/** The server sets these; nobody owns them. */
const UNOWNED_METADATA = new Set([
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
]);

/** Collects the fields that a writer can own; `status` counts only for writes of the status subresource. */
export function fieldSet(object: JsonObject, subresource = ''): FieldSet {
  const set: FieldSet = new Map();
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const owned = Object.fromEntries(Object.entries(metadata).filter(([key]) => !UNOWNED_METADATA.has(key)));
  const { apiVersion: _version, kind: _kind, metadata: _metadata, status, ...rest } = object;
  const whole = subresource === 'status' ? { status } : { ...rest, metadata: owned };
  for (const [key, value] of Object.entries(whole)) {
    if (key === 'metadata' && Object.keys(owned).length === 0) continue;
    collect(set, [`f:${key}`], key, value);
  }
  return set;
}

function collect(set: FieldSet, path: string[], field: string, value: unknown): void {
  if (value === undefined) return;
  const key = listKey(field);
  const items = key === undefined ? undefined : keyedItems(value, key);
  if (isObject(value) && Object.keys(value).length > 0) {
    for (const [name, child] of Object.entries(value)) collect(set, [...path, `f:${name}`], name, child);
  } else if (items !== undefined && items.length > 0) {
    for (const item of items) collectItem(set, path, String(key), item);
  } else if (isSet(field) && Array.isArray(value)) {
    for (const item of value) set.set([...path, `v:${JSON.stringify(item)}`].join(SEPARATOR), 'true');
  } else set.set(path.join(SEPARATOR), JSON.stringify(value));
}

function collectItem(set: FieldSet, path: string[], key: string, item: JsonObject): void {
  const base = [...path, `k:${JSON.stringify({ [key]: item[key] })}`];
  set.set([...base, '.'].join(SEPARATOR), 'true');
  for (const [name, child] of Object.entries(item)) collect(set, [...base, `f:${name}`], name, child);
}

/** Writes paths as the nested `fieldsV1` object of `managedFields`. */
export function toFieldsV1(paths: Iterable<string>): JsonObject {
  const tree: JsonObject = {};
  for (const path of paths) {
    let node = tree;
    for (const segment of path.split(SEPARATOR)) {
      const next = isObject(node[segment]) ? node[segment] : {};
      node[segment] = next;
      node = next;
    }
  }
  return tree;
}

/** Reads a `fieldsV1` object back into paths. */
export function fromFieldsV1(tree: JsonObject, prefix: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([segment, child]) => {
    const path = [...prefix, segment];
    return isObject(child) && Object.keys(child).length > 0
      ? fromFieldsV1(child, path)
      : [path.join(SEPARATOR)];
  });
}

/** Writes a path as conflict messages do: `.spec.template.spec.containers[name="main"].image`. */
export function readablePath(path: string): string {
  return path
    .split(SEPARATOR)
    .map((segment) => {
      if (segment.startsWith('f:')) return `.${segment.slice(2)}`;
      if (!segment.startsWith('k:')) return segment.startsWith('v:') ? `[=${segment.slice(2)}]` : '';
      const key: unknown = JSON.parse(segment.slice(2));
      const pairs = Object.entries(isObject(key) ? key : {});
      return `[${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}

/** Removes the field at a path; a path that leads nowhere is ignored. */
export function removeField(object: JsonObject, path: string): void {
  const segments = path.split(SEPARATOR);
  const last = segments.pop() ?? '';
  let node: unknown = object;
  for (const segment of segments) node = step(node, segment);
  if (last === '.') removeItem(object, segments);
  else if (isObject(node)) delete node[last.slice(2)];
}

function removeItem(object: JsonObject, segments: readonly string[]): void {
  let list: unknown = object;
  for (const segment of segments.slice(0, -1)) list = step(list, segment);
  const item = step(list, segments.at(-1) ?? '');
  if (Array.isArray(list) && item !== undefined) list.splice(list.indexOf(item), 1);
}

function step(node: unknown, segment: string): unknown {
  if (segment.startsWith('f:')) return isObject(node) ? node[segment.slice(2)] : undefined;
  if (!Array.isArray(node) || !segment.startsWith('k:')) return undefined;
  const key: unknown = JSON.parse(segment.slice(2));
  const [name = '', value] = Object.entries(isObject(key) ? key : {})[0] ?? [];
  return node.find((item) => isObject(item) && item[name] === value);
}
