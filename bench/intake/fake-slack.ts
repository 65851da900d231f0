import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** A message that was posted or changed, as it came over the wire. */
export interface SlackCall {
  readonly method: string;
  readonly channel: string;
  /** The whole body, as text. */
  readonly body: string;
  /** When the head of the request had come in, on the clock of performance.now(). */
  readonly at: number;
}

/** A receiver that answers like Slack's Web API, at once, and remembers when each call came in. */
export interface FakeSlack extends AsyncDisposable {
  readonly apiUrl: string;
  /** Resolves with the first call from now on that fits. Throws after the time is over. */
  next(fits: (call: SlackCall) => boolean, timeoutMs?: number): Promise<SlackCall>;
  /** How many connections were opened to it. */
  connections(): number;
}

const Body = z.looseObject({ channel: z.string().default('') });

export async function startFakeSlack(): Promise<FakeSlack> {
  const waiting = new Set<(call: SlackCall) => void>();
  let connections = 0;
  let posted = 0;
  const server = createServer((request, response) => {
    const at = performance.now();
    const method = (request.url ?? '').replace(/^\/api\//, '').replace(/\?.*$/, '');
    textOf(request).then(
      (body) => {
        const { channel } = Body.parse(readArguments(request, body));
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(answer(method, channel, ++posted)));
        for (const look of waiting) look({ method, channel, body, at });
      },
      () => response.destroy(),
    );
  });
  server.on('connection', () => {
    connections += 1;
  });
  // Slack keeps connections; a receiver that closes them after 5 s would add a handshake to each alert.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    connections: () => connections,
    next: async (fits, timeoutMs = 30_000) =>
      new Promise((resolve, reject) => {
        const look = (call: SlackCall) => {
          if (!fits(call)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(call);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`No fitting call reached Slack within ${timeoutMs} ms.`));
        }, timeoutMs);
        waiting.add(look);
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Firebreak sends forms, as Slack's SDK does; Alertmanager sends JSON. */
function readArguments(request: IncomingMessage, body: string): unknown {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  return isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
}

function answer(method: string, channel: string, number: number): object {
  switch (method) {
    case 'auth.test':
      return { ok: true, team: 'bench', team_id: 'T0BENCH', bot_id: 'B0BENCH', user_id: 'U0BOT' };
    case 'conversations.info':
      return { ok: true, channel: { id: channel, is_member: true, is_private: false } };
    case 'chat.postMessage':
    case 'chat.update':
      return { ok: true, channel, ts: `1700000000.${String(number).padStart(6, '0')}` };
    default:
      return { ok: true };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}
