import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { refusal } from '../guard.ts';
import { readBody, send, sendJson } from '../http-io.ts';
import { parseJson } from '../json.ts';
import { redirectPermalink, sendFile, servePage } from '../static-files.ts';
import { type Frame, stateOf } from './frame.ts';
import { createPlayer, type Player } from './player.ts';

/** A page that shows a recording. */
export interface ReplayServer extends AsyncDisposable {
  readonly url: string;
}

const Wish = z.object({
  /** A frame, counted from 1. */
  position: z.int().optional(),
  speed: z.number().positive().max(1000).optional(),
  playing: z.boolean().optional(),
});

/** Shows a recording on this machine, at the given port or any free one. It begins to play when a page opens. */
export async function startReplay(
  frames: readonly Frame[],
  { port = 0, speed = 4 }: { port?: number; speed?: number } = {},
): Promise<ReplayServer> {
  const streams = new Set<ServerResponse>();
  const player = createPlayer(frames, () => {
    for (const stream of streams) tell(stream, player);
  });
  const server = createServer((request, response) => {
    handle(player, streams, request, response).catch((error: unknown) =>
      sendJson(response, 400, { ok: false, error: String(error) }),
    );
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  const address = server.address();
  player.play(speed);
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
    [Symbol.asyncDispose]: async () => {
      player.pause();
      for (const stream of streams) stream.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function handle(
  player: Player,
  streams: Set<ServerResponse>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = refusal(request);
  if (refused !== undefined) return sendJson(response, 403, { error: refused });
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname;
  if (path === '/_sandbox/stream') return openStream(player, streams, response);
  if (path === '/_sandbox/state') {
    return sendJson(response, 200, { ...stateOf(player.scene()), replay: player.playback() });
  }
  if (path === '/_sandbox/views') {
    return sendJson(response, 200, {
      stack: player.scene().stacks[url.searchParams.get('user') ?? ''] ?? [],
    });
  }
  if (path === '/_sandbox/replay' && request.method === 'POST') {
    control(player, Wish.parse(parseJson((await readBody(request)).toString('utf8'))));
    return sendJson(response, 200, { ok: true });
  }
  if (servePage(response, path)) return;
  if (path.startsWith('/files/')) return serveFile(player, response, path.slice('/files/'.length));
  if (path.startsWith('/archives/')) return redirectPermalink(response, url);
  if (request.method === 'POST') {
    const error = 'This is a recording: nothing can be clicked.';
    return sendJson(response, 200, { ok: false, verdict: 'failed', error });
  }
  send(response, 404, 'text/plain', 'There is nothing here.');
}

function control(player: Player, { position, speed, playing }: z.infer<typeof Wish>): void {
  if (position !== undefined) player.seek(position);
  if (playing === false) player.pause();
  else if (playing === true || (speed !== undefined && player.playback().playing)) player.play(speed);
}

function openStream(player: Player, streams: Set<ServerResponse>, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  tell(response, player);
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

/** The present position and open modals. */
function tell(response: ServerResponse, player: Player): void {
  const event = (name: string, data: unknown) =>
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  event('change', { version: player.playback().position });
  for (const [user, stack] of Object.entries(player.scene().stacks)) event('view', { user, stack });
}

function serveFile(player: Player, response: ServerResponse, id: string): void {
  const file = player.scene().files.get(id);
  if (file === undefined) sendJson(response, 404, { error: `The recording has no file ${id} yet.` });
  else sendFile(response, file.name, file.body);
}
