import { ApiError, badRequest, expired } from '../api-error.ts';
import { isObject, type KubeObject } from '../objects.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { fieldSelector, labelSelector, type Selector } from '../selectors.ts';
import type { ObjectStore } from '../store.ts';
import type { ApiRequest, ApiResponse } from './request.ts';

/** The selector of a list or watch request: labels and fields together. */
export function selectorOf(resource: Resource, query: URLSearchParams): Selector {
  const byLabel = labelSelector(query.get('labelSelector') ?? '');
  const byField = fieldSelector(resource, query.get('fieldSelector') ?? '');
  return (object) => byLabel(object) && byField(object);
}

/** Lists objects, in pages when `limit` asks for them. Items carry neither kind nor apiVersion (notes §6). */
export function listObjects(store: ObjectStore, request: ApiRequest, resource: Resource): ApiResponse {
  const { query, info } = request;
  const selects = selectorOf(resource, query);
  checkVersion(store, query.get('resourceVersion') ?? '');
  const page = readContinue(query.get('continue') ?? '');
  const version = page?.version ?? store.version;
  const all =
    page === undefined
      ? store.list(resource, info.namespace)
      : pageAt(store, page.version, request, resource);
  const after =
    page === undefined ? all : all.filter((object) => sortKey(object, info.namespace) > page.after);
  const selected = after.filter(selects);
  const limit = Number(query.get('limit') ?? 0) || selected.length;
  const items = selected.slice(0, limit);
  const last = items.at(-1);
  const more = selected.length > limit && last !== undefined;
  const remaining =
    query.get('labelSelector') || query.get('fieldSelector')
      ? {}
      : { remainingItemCount: selected.length - limit };
  const next = more ? { continue: writeContinue(version, sortKey(last, info.namespace)), ...remaining } : {};
  const body = {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(version), ...next },
    items: items.map(({ kind: _kind, apiVersion: _version, ...rest }) => rest),
  };
  return { code: 200, body };
}

function pageAt(store: ObjectStore, version: number, { info }: ApiRequest, resource: Resource): KubeObject[] {
  try {
    return store.listAt(version, resource, info.namespace);
  } catch {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

/** Throws 504 for a version that does not exist yet, and 400 for one that is no number. */
function checkVersion(store: ObjectStore, text: string): void {
  if (text === '') return;
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  if (Number(text) <= store.version) return;
  const message = `Too large resource version: ${text}, current: ${store.version}`;
  throw new ApiError(504, 'Timeout', `Timeout: ${message}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    headers: { 'retry-after': '1' },
  });
}

const sortKey = ({ metadata }: KubeObject, namespace: string | undefined) =>
  namespace === undefined && metadata.namespace !== undefined
    ? `/${metadata.namespace}/${metadata.name}`
    : `/${metadata.name}`;

function writeContinue(version: number, key: string): string {
  const token = { v: 'meta.k8s.io/v1', rv: version, start: `${key}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readContinue(token: string): { version: number; after: string } | undefined {
  if (token === '') return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (isObject(value) && typeof value.rv === 'number' && typeof value.start === 'string') {
      return { version: value.rv, after: value.start.slice(0, -1) };
    }
  } catch {
    // Falls through to the refusal below, as any other token that is not ours.
  }
  throw badRequest('continue key is not valid: encoded token is not in the expected format');
}
