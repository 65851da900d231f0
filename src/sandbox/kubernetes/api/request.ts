import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '../auth/users.ts';
import { RESOURCES, type Resource } from '../resources.ts';

/** What a request is about, as the API server reads it from method and path before anything else. */
export interface RequestInfo {
  verb: string;
  /** False for URLs such as /version that are no resources. */
  isResource: boolean;
  group: string;
  version: string;
  plural: string;
  namespace: string | undefined;
  name: string;
  subresource: string;
  /** The served resource; undefined when this server does not know it. */
  resource: Resource | undefined;
}

/** A request after authentication. */
export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  user: User;
  info: RequestInfo;
}

/** An answer: an object is sent as JSON, a string as plain text. */
export interface ApiResponse {
  code: number;
  body: object | string;
  headers?: Record<string, string>;
  /** Texts for `Warning: 299` headers. */
  warnings?: readonly string[];
}

const VERBS: Record<string, string> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
};

/** Reads verb, group, resource, namespace and name from a request line. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const core = parts[0] === 'api';
  const [group = '', version = '', ...rest] = core ? ['', ...parts.slice(1)] : parts.slice(1);
  const verb = VERBS[method] ?? method.toLowerCase();
  const none = {
    verb,
    isResource: false,
    group,
    version,
    plural: '',
    namespace: undefined,
    name: '',
    subresource: '',
  };
  if ((!core && parts[0] !== 'apis') || rest.length === 0) return { ...none, resource: undefined };
  const inNamespace = rest[0] === 'namespaces' && rest.length > 1;
  const isNamespace = inNamespace && (rest.length === 2 || ['status', 'finalize'].includes(rest[2] ?? ''));
  const [plural = '', name = '', subresource = ''] = inNamespace && !isNamespace ? rest.slice(2) : rest;
  const resource = RESOURCES.find(
    (known) => known.plural === plural && known.group === group && known.version === version,
  );
  const namespace = inNamespace ? rest[1] : undefined;
  return {
    ...none,
    isResource: true,
    verb: verbOf(verb, name, query),
    plural,
    namespace,
    name,
    subresource,
    resource,
  };
}

function verbOf(verb: string, name: string, query: URLSearchParams): string {
  if (verb === 'delete' && name === '') return 'deletecollection';
  if (verb !== 'get') return verb;
  const watches = ['1', 'true'].includes(query.get('watch') ?? '');
  if (watches) return 'watch';
  return name === '' ? 'list' : 'get';
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
