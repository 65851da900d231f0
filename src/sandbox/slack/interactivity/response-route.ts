import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxContext } from '../context.ts';
import { readBody, send, sendJson } from '../http-io.ts';
import { isJsonObject, parseJson } from '../json.ts';
import { ApiError } from '../web-api/api-error.ts';
import { respond } from './respond.ts';

/** Answers a POST to a response_url: `ok`, or 404 once it is used up, or 400 for what Slack would not show. */
export async function handleResponseUrl(
  context: SandboxContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const body = parseJson((await readBody(request)).toString('utf8'));
  if (!isJsonObject(body)) {
    sendJson(response, 400, { ok: false, error: 'invalid_payload' });
    return;
  }
  const used = context.responseUrls.use(url.pathname.slice('/response/'.length));
  if (!used.ok) {
    sendJson(response, 404, { ok: false, error: used.error });
    return;
  }
  try {
    respond(context, used.target, body);
    send(response, 200, 'text/plain; charset=utf-8', 'ok');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendJson(response, 400, { ok: false, error: error.code, ...error.extra });
  }
}
