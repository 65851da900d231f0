import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SandboxContext } from './context.ts';
import { handleControl } from './control/router.ts';
import { Streams } from './control/stream.ts';
import { refusal } from './guard.ts';
import { sendJson } from './http-io.ts';
import { handleResponseUrl } from './interactivity/response-route.ts';
import { redirectPermalink, serveFile, servePage } from './static-files.ts';
import { handleUpload } from './uploads.ts';
import { handleApi } from './web-api/router.ts';

/** Draws the canvas that its address names. */
const CANVAS_PAGE = '/_sandbox/page/canvas.html';

async function handle(
  context: SandboxContext,
  streams: Streams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = refusal(request);
  if (refused !== undefined) return sendJson(response, 403, { error: refused });
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname;
  const isSlack = /^\/(?:api|response|upload|files)\//.test(path);
  if (isSlack && context.outage.takes(response)) return;
  if (path.startsWith('/api/')) return handleApi(context, request, response, url);
  if (path === '/_sandbox/stream') return streams.open(context, response);
  if (servePage(response, path)) return;
  if (path.startsWith('/_sandbox/')) return handleControl(context, request, response, url);
  if (path.startsWith('/response/')) return handleResponseUrl(context, request, response, url);
  if (path.startsWith('/upload/')) {
    return handleUpload(context.workspace, request, response, path.slice('/upload/'.length));
  }
  if (path.startsWith('/files/')) return serveFile(context.workspace, response, path.slice('/files/'.length));
  // A canvas opens at /docs/<team>/<canvas>: drawn in a browser, its Markdown for a program.
  const isLooked = request.headers.accept?.includes('text/html') === true;
  if (path.startsWith('/docs/') && isLooked && servePage(response, CANVAS_PAGE)) return;
  if (path.startsWith('/docs/')) return serveFile(context.workspace, response, path.split('/').at(-1) ?? '');
  if (path.startsWith('/archives/')) return redirectPermalink(response, url);
  sendJson(response, 404, { error: `There is nothing at ${path}.` });
}

function upgrade(
  context: SandboxContext,
  sockets: WebSocketServer,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const known = context.tickets.delete(url.searchParams.get('ticket') ?? '');
  if (context.outage.sockets) {
    stream.destroy();
    return;
  }
  if (url.pathname !== '/link/' || !known || refusal(request) !== undefined) {
    stream.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, stream, head, (socket) => context.sockets.accept(socket));
}

/** How long a connection may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 200;
const GOING_AWAY = 1001;

function endSocket(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.close(GOING_AWAY);
}

/** The HTTP and WebSocket server of a sandbox, not yet listening. */
export interface SandboxHttpServer {
  server: Server;
  close(): Promise<void>;
}

/** Makes the server. Closing it ends open streams and connections. */
export function createHttpServer(context: SandboxContext): SandboxHttpServer {
  const streams = new Streams();
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    handle(context, streams, request, response).catch((error: unknown) => {
      sendJson(response, 500, { ok: false, error: 'internal_error', detail: String(error) });
    });
  });
  server.on('upgrade', (request, stream, head) => upgrade(context, sockets, request, stream, head));
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        streams.close();
        for (const socket of sockets.clients) endSocket(socket);
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
