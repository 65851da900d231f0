import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiBackend, dispatch } from './api/dispatch.ts';
import { type ApiResponse, requestInfo } from './api/request.ts';
import { ApiError, messageOf } from './api-error.ts';
import { authenticate } from './auth/users.ts';
import type { Faults } from './faults.ts';
import { pageHtml } from './page/page.ts';
import { pageState } from './page/state.ts';

/** What the HTTP side of the sandbox works with. */
export interface HttpBackend extends ApiBackend {
  faults: Faults;
  tokens: Readonly<Record<string, string>>;
}

const PATCH_LIMIT_BYTES = 3 * 1024 * 1024;

/** Answers one HTTP request of any kind: the page, the sandbox's own controls, or the Kubernetes API. */
export async function handleHttp(
  backend: HttpBackend,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  if (!isLoopbackHost(request.headers.host)) {
    send(response, request, { code: 403, body: 'The sandbox answers only to loopback host names.\n' });
    return;
  }
  const body = await readBody(request);
  if (url.pathname === '/' || url.pathname.startsWith('/_sandbox/')) {
    sendOwn(backend, { request, response, path: url.pathname, body });
    return;
  }
  setCommonHeaders(response);
  if (await injectFault(backend.faults, request, response)) return;
  try {
    const method = request.method ?? 'GET';
    const user = authenticate(request.headers.authorization, backend.tokens);
    const info = requestInfo(method, url.pathname, url.searchParams);
    const { headers } = request;
    const path = url.pathname;
    if (info.verb === 'watch') response.setHeader('content-type', 'application/json');
    const answer = dispatch(
      backend,
      { method, path, query: url.searchParams, headers, body, user, info },
      response,
    );
    if (answer === undefined) response.flushHeaders();
    else send(response, request, answer);
  } catch (error) {
    sendError(response, request, error);
  }
}

function sendError(response: ServerResponse, request: IncomingMessage, error: unknown): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`);
  send(response, request, { code: known.code, body: known.status, headers: known.headers });
}

/** Browsers can be made to send requests here under a foreign name; only loopback names are served. */
function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
}

function setCommonHeaders(response: ServerResponse): void {
  response.setHeader('audit-id', randomUUID());
  response.setHeader('cache-control', 'no-cache, private');
  response.setHeader('x-kubernetes-pf-flowschema-uid', '11111111-1111-4111-8111-111111111111');
  response.setHeader('x-kubernetes-pf-prioritylevel-uid', '22222222-2222-4222-8222-222222222222');
}

async function injectFault(
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const fault = faults.take(request.method ?? 'GET', request.url ?? '/');
  if (fault === undefined) return false;
  if (fault.delayMs > 0) await delay(fault.delayMs);
  if (fault.drop) response.destroy();
  else if (fault.status === undefined) return false;
  else send(response, request, { code: fault.status, body: fault.body, headers: fault.headers });
  return true;
}

interface OwnRequest {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  body: string;
}

function sendOwn(backend: HttpBackend, { request, response, path, body }: OwnRequest): void {
  const method = request.method ?? 'GET';
  if (path === '/' && method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
    );
    response.end(pageHtml);
  } else if (path === '/_sandbox/state' && method === 'GET') {
    send(response, request, { code: 200, body: pageState(backend.registry.store) });
  } else if (path === '/_sandbox/faults') sendFaults(backend.faults, { request, response, path, body });
  else send(response, request, { code: 404, body: '404 page not found\n' });
}

function sendFaults(faults: Faults, { request, response, body }: OwnRequest): void {
  try {
    if (request.method === 'POST') faults.add(JSON.parse(body));
    else if (request.method === 'DELETE') faults.clear();
    send(response, request, { code: 200, body: { pending: faults.pending } });
  } catch (error) {
    send(response, request, { code: 400, body: `${messageOf(error)}\n` });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= PATCH_LIMIT_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  request: IncomingMessage,
  { code, body, headers = {}, warnings = [] }: ApiResponse,
): void {
  response.statusCode = code;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (warnings.length > 0) {
    response.setHeader(
      'warning',
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  }
  if (!response.hasHeader('content-type') || response.getHeader('content-type') === 'application/json') {
    response.setHeader(
      'content-type',
      typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    );
  }
  const pretty = request.headers['user-agent']?.startsWith('curl/') === true ? 2 : 0;
  response.end(typeof body === 'string' ? body : `${JSON.stringify(body, undefined, pretty)}\n`);
}
