import type { IncomingMessage } from 'node:http';
import { readBody } from '../http-io.ts';
import { isJsonObject, type JsonObject, parseJson } from '../json.ts';

/** The arguments and the token of a Web API request. */
export interface ReadCall {
  args: JsonObject;
  token: string | undefined;
}

/** Reads a Web API request: query, form, multipart or JSON; the token stands in the header or among the arguments. */
export async function readCall(request: IncomingMessage, url: URL): Promise<ReadCall> {
  const body = await readBody(request);
  const args = { ...Object.fromEntries(url.searchParams), ...(await parseBody(request, body)) };
  const header = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const token = header ?? (typeof args.token === 'string' ? args.token : undefined);
  return { args, token };
}

async function parseBody(request: IncomingMessage, body: Buffer): Promise<JsonObject> {
  if (body.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    const parsed = parseJson(body.toString('utf8'));
    return isJsonObject(parsed) ? parsed : {};
  }
  if (type.startsWith('multipart/form-data')) return parseMultipart(type, body);
  return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
}

async function parseMultipart(type: string, body: Buffer): Promise<JsonObject> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
}
