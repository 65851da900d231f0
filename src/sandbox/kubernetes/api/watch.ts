import type { ServerResponse } from 'node:http';
import { ApiError } from '../api-error.ts';
import type { KubeObject } from '../objects.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import type { Selector } from '../selectors.ts';
import type { ObjectStore, StoreEvent } from '../store.ts';
import { selectorOf } from './list.ts';
import type { ApiRequest } from './request.ts';

/** How often an idle watch that asked for bookmarks gets one, in milliseconds. */
const BOOKMARK_MS = 10_000;
/** A watch without `timeoutSeconds` ends after this many seconds; a real server draws 30 to 60 minutes. */
const LONGEST_SECONDS = 2400;

type Send = (type: string, object: object) => void;

/**
 * Streams changes, one JSON object per line, until `timeoutSeconds` have passed or the client leaves. A start that is
 * too old is answered by 200 and one ERROR line, as measured (notes §6). The headers must have been set already.
 */
export function watchObjects(
  store: ObjectStore,
  request: ApiRequest,
  resource: Resource,
  response: ServerResponse,
): void {
  const { query, info } = request;
  const selects = selectorOf(resource, query);
  const send: Send = (type, object) => response.write(`${JSON.stringify({ type, object })}\n`);
  response.statusCode = 200;
  const inScope = (object: KubeObject) =>
    (info.namespace === undefined || object.metadata.namespace === info.namespace) &&
    (info.name === '' || object.metadata.name === info.name);
  const relevant: Selector = (object) => inScope(object) && selects(object);
  if (!sendStart(store, { request, resource, relevant }, send)) {
    response.end();
    return;
  }
  const unsubscribe = store.subscribe((event) => {
    if (event.resource === resource) sendEvent(event, relevant, send);
  });
  const bookmark = () => {
    if (query.get('allowWatchBookmarks') === 'true') send('BOOKMARK', bookmarkOf(resource, store.version));
  };
  const bookmarks = setInterval(bookmark, BOOKMARK_MS);
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || LONGEST_SECONDS;
  const end = setTimeout(() => {
    bookmark();
    response.end();
  }, seconds * 1000);
  response.once('close', () => {
    unsubscribe();
    clearInterval(bookmarks);
    clearTimeout(end);
  });
}

interface Scope {
  request: ApiRequest;
  resource: Resource;
  relevant: Selector;
}

/** Sends what comes before the live changes. Returns false when the watch cannot start. */
function sendStart(
  store: ObjectStore,
  { request: { query }, resource, relevant }: Scope,
  send: Send,
): boolean {
  const from = query.get('resourceVersion') ?? '';
  const initial = query.get('sendInitialEvents');
  if (initial === 'true' || (initial === null && (from === '' || from === '0'))) {
    for (const object of store.list(resource).filter(relevant)) send('ADDED', object);
    if (initial === 'true' && query.get('allowWatchBookmarks') === 'true') {
      send('BOOKMARK', bookmarkOf(resource, store.version, { 'k8s.io/initial-events-end': 'true' }));
    }
    return true;
  }
  try {
    for (const event of store.eventsAfter(Number(from) || store.version)) {
      if (event.resource === resource) sendEvent(event, relevant, send);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    send('ERROR', error.status);
    return false;
  }
}

/** An object that starts to match is ADDED for this watcher, and one that stops to match is DELETED. */
function sendEvent({ type, object, previous }: StoreEvent, relevant: Selector, send: Send): void {
  const before = previous !== undefined && relevant(previous);
  const now = type !== 'DELETED' && relevant(object);
  if (type === 'DELETED' ? before || relevant(object) : before && !now) send('DELETED', object);
  else if (now) send(before ? 'MODIFIED' : 'ADDED', object);
}

function bookmarkOf(resource: Resource, version: number, annotations?: Record<string, string>): object {
  const metadata = {
    resourceVersion: String(version),
    creationTimestamp: null,
    ...(annotations && { annotations }),
  };
  return { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
}
