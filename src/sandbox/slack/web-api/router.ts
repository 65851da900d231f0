import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxContext } from '../context.ts';
import { sendJson } from '../http-io.ts';
import { type JsonObject, stringOf } from '../json.ts';
import { ApiError } from './api-error.ts';
import type { ApiMethod, TokenKind } from './api-method.ts';
import { Args } from './args.ts';
import type { Fault } from './faults.ts';
import { METHODS } from './methods.ts';
import { type ReadCall, readCall } from './read-call.ts';

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: JsonObject;
}

/** Answers one Web API request, under `/api/<method>`. */
export async function handleApi(
  context: SandboxContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const name = url.pathname.slice('/api/'.length);
  const call = await readCall(request, url);
  const fault = context.faults.take(name, stringOf(call.args.channel ?? call.args.channel_id) ?? '');
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  const processed = fault === undefined || fault.afterProcessing === true || !isFailure(fault);
  const reply = processed ? answer(context, name, call) : okReply({});
  const sent = fault !== undefined && isFailure(fault) ? failedReply(fault) : reply;
  log(context, name, call, sent);
  if (fault?.holdMs !== undefined) await sleep(fault.holdMs);
  if (fault?.drop === true) {
    request.socket.destroy();
    return;
  }
  const date = new Date(context.workspace.now()).toUTCString();
  sendJson(response, sent.status, sent.body, { ...sent.headers, date });
}

function isFailure(fault: Fault): boolean {
  return fault.status !== undefined || fault.error !== undefined || fault.drop === true;
}

function failedReply(fault: Fault): Reply {
  const status = fault.status ?? 200;
  const seconds = fault.retryAfter ?? (status === 429 ? 1 : undefined);
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  const error = fault.error ?? (status === 429 ? 'ratelimited' : 'internal_error');
  return { status, headers, body: { ok: false, error } };
}

function log(context: SandboxContext, method: string, call: ReadCall, reply: Reply): void {
  const ok = reply.body.ok === true;
  const entry = { at: context.workspace.now(), method, ok, args: call.args };
  context.calls.add(ok ? entry : { ...entry, error: String(reply.body.error) });
}

function okReply(body: JsonObject): Reply {
  return { status: 200, headers: {}, body: { ok: true, ...body } };
}

function answer(context: SandboxContext, name: string, call: ReadCall): Reply {
  const method = METHODS.get(name);
  try {
    if (method === undefined) throw new ApiError('unknown_method', { req_method: name });
    const wait = context.rateLimits.take(name, method.tier, stringOf(call.args.channel) ?? '');
    if (wait > 0) {
      const headers = { 'retry-after': String(wait) };
      return { status: 429, headers, body: { ok: false, error: 'ratelimited' } };
    }
    const token = checkToken(context, method, call.token);
    checkScope(context, method, token);
    const reply = okReply(method.handle({ context, args: new Args(call.args), token }));
    return { ...reply, headers: scopeHeaders(context, method) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const headers = method === undefined ? {} : scopeHeaders(context, method);
    return { status: 200, headers, body: { ok: false, error: error.code, ...error.extra } };
  }
}

function checkToken(context: SandboxContext, method: ApiMethod, token: string | undefined): TokenKind {
  if (token === undefined) throw new ApiError('not_authed');
  const kind = kindOf(context, token);
  if (kind === undefined) throw new ApiError('invalid_auth');
  const accepted = method.token === 'either' ? kind !== 'config' : method.token === kind;
  if (!accepted) throw new ApiError('not_allowed_token_type');
  return kind;
}

function kindOf({ botToken, appToken, configToken }: SandboxContext, token: string): TokenKind | undefined {
  if (token === botToken) return 'bot';
  if (token === appToken) return 'app';
  return token === configToken ? 'config' : undefined;
}

function checkScope(context: SandboxContext, method: ApiMethod, token: TokenKind): void {
  const provided = context.manifest.oauth_config.scopes.bot;
  if (token !== 'bot' || method.scopes.length === 0) return;
  if (method.scopes.some((scope) => provided.includes(scope))) return;
  throw new ApiError('missing_scope', { needed: method.scopes.join(','), provided: provided.join(',') });
}

function scopeHeaders(context: SandboxContext, method: ApiMethod): Record<string, string> {
  return {
    'x-oauth-scopes': context.manifest.oauth_config.scopes.bot.join(','),
    'x-accepted-oauth-scopes': method.scopes.join(','),
  };
}
