import { createRequire } from 'node:module';
import { presentPhase } from './statements.ts';
import { crossing, wrap } from './wrap.ts';
import { withoutTime } from './writes.ts';

const around = (_self: unknown, given: unknown[], go: (...given: unknown[]) => unknown) => {
  const name = nameRequest(given);
  return name === null ? go(...given) : crossing(name, given, go);
};

wrap(globalThis, 'fetch', around);
// The client of Kubernetes brings the fetch of the package undici.
const undici: unknown = createRequire(import.meta.url)('undici');
if (typeof undici === 'object' && undici !== null) wrap(undici, 'fetch', around);

function nameRequest([target, options]: unknown[]): string | null {
  const url = new URL(target instanceof Request ? target.url : String(target));
  const [, method] = /\/api\/([a-z]+(?:\.[a-zA-Z]+)+)$/.exec(url.pathname) ?? [];
  if (method !== undefined) return nameSlackCall(method, options);
  if (/^\/(api|apis)\//.test(url.pathname)) return nameKubernetesCall(url, verbOf(options));
  if (url.pathname === '/v2/enqueue') return namePage(options);
  return `http ${verbOf(options)} ${url.pathname}`;
}

/** By what the pager is asked to do: trigger, acknowledge or resolve. */
function namePage(options: unknown): string {
  return `pager ${/"event_action":"(\w+)"/.exec(bodyOf(options))?.[1] ?? ''}`;
}

function bodyOf(options: unknown): string {
  const body: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'body') : '';
  return typeof body === 'string' || body instanceof URLSearchParams ? String(body) : '';
}

function verbOf(options: unknown): string {
  const method: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'method') : null;
  return typeof method === 'string' ? method : 'GET';
}

/** By method and the key of the message, which is in the metadata of a post. */
function nameSlackCall(method: string, options: unknown): string {
  const sent = new URLSearchParams(bodyOf(options));
  if (method === 'chat.postMessage') {
    const key = /"key":"([^"]+)"/.exec(sent.get('metadata') ?? '')?.[1];
    return `slack ${method} ${withoutTime(key ?? '')}`;
  }
  if (method === 'chat.update') return `slack ${method} of ${keyOfText(sent.get('text') ?? '')}`;
  return `slack ${method}`;
}

/** An update names its message by timestamp only; its text begins with the title of the step. */
function keyOfText(text: string): string {
  return / · INC-/.test(text) ? 'the parent' : (text.split(':')[0] ?? '');
}

/** By verb and resource; names that differ from run to run are left out, and reads are told by their phase. */
function nameKubernetesCall(url: URL, verb: string): string {
  const [, resource = url.pathname, name] =
    /\/v1(?:\/namespaces\/[^/]+)?\/(\w+)(\/.+)?$/.exec(url.pathname) ?? [];
  const dry = url.searchParams.has('dryRun') ? ' as a dry run' : '';
  const one = name === undefined ? '' : '/…';
  return verb === 'GET'
    ? `kubernetes: read, after ${presentPhase()}`
    : `kubernetes ${verb} ${resource}${one}${dry}`;
}
