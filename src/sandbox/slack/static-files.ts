import type { ServerResponse } from 'node:http';
import { send, sendJson } from './http-io.ts';
import { pageAssets } from './page/assets.ts';
import type { Workspace } from './workspace/workspace.ts';

/** Serves the page and its assets; false when the path is not one of them. */
export function servePage(response: ServerResponse, path: string): boolean {
  const asset = pageAssets().get(path);
  if (asset === undefined) return false;
  send(response, 200, asset.type, asset.body);
  return true;
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  pdf: 'application/pdf',
};

/** Serves an uploaded file. What was uploaded is never allowed to run as a page of the sandbox. */
export function serveFile(workspace: Workspace, response: ServerResponse, id: string): void {
  const file = workspace.files.get(id);
  if (file?.body === undefined) {
    sendJson(response, 404, { error: `There is no uploaded file ${id}.` });
    return;
  }
  sendFile(response, file.name, file.body);
}

/** Sends the bytes of an uploaded file, of the type that its name says. */
export function sendFile(response: ServerResponse, name: string, body: Buffer): void {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  send(response, 200, TYPES[ending] ?? 'text/plain; charset=utf-8', body, {
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  });
}

/** Sends a permalink (`/archives/C…/p…`) on to the place in the page. */
export function redirectPermalink(response: ServerResponse, url: URL): void {
  const [, , channel, p = ''] = url.pathname.split('/');
  const ts = url.searchParams.get('thread_ts') ?? p.replace(/^p(\d+)(\d{6})$/, '$1.$2');
  response.writeHead(302, { location: `/#${channel}${ts === '' ? '' : `/${ts}`}` });
  response.end();
}
