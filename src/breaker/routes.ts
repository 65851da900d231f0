import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Breaker, breakerOf } from '../domain/breaker.ts';
import { loggableError } from '../domain/errors.ts';
import type { Incident } from '../domain/incident.ts';
import { sha256 } from '../domain/json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

/** How often the state is looked at while somebody listens. */
const LOOK_MS = 1_000;
/** Whoever listens at the same time is told from one reading. */
const SHARED_MS = 500;
/** Proxies cut a connection on which nothing comes for a while. */
const HEARTBEAT_MS = 15_000;
/** Each stream holds a socket. */
const MOST_STREAMS = 200;

export interface BreakerOptions {
  /** Names of the databases from the configuration. */
  readonly databases: readonly string[];
  readonly openIncidents: () => Promise<readonly Incident[]>;
  /** Why a request is not answered, or null. */
  readonly refuse: (request: FastifyRequest) => string | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Asked = FastifyRequest<{ Params: { name: string } }>;

/**
 * `GET /v1/databases/<name>/state`: whether work that can wait should run against it now. JSON with an ETag
 * (`If-None-Match` is answered 304), or server-sent events (`Accept: text/event-stream`), one `state` for each change.
 * 200, 304 · 401 not proven · 404 unknown database · 503 not known now, or too many streams.
 */
export function registerBreakerRoutes(server: FastifyInstance, options: BreakerOptions): void {
  const { databases, refuse, clock, logger } = options;
  const stopped = new AbortController();
  let streams = 0;
  server.addHook('preClose', async () => stopped.abort(new Error('Firebreak is stopping.')));

  let recent: { readonly at: number; readonly incidents: Promise<readonly Incident[]> } | null = null;
  const shared = async () => {
    const at = clock.now().getTime();
    if (recent === null || at - recent.at >= SHARED_MS) recent = { at, incidents: options.openIncidents() };
    return recent.incidents;
  };

  async function answer(name: string, request: Asked, reply: FastifyReply) {
    const breaker = breakerIn(await options.openIncidents(), name);
    const tag = tagOf(breaker);
    reply.header('etag', tag).header('cache-control', 'no-cache');
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    return reply.send(breaker);
  }

  async function stream(name: string, reply: FastifyReply): Promise<void> {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    const gone = new AbortController();
    raw.on('close', () => gone.abort(new Error('The listener left.')));
    const signal = AbortSignal.any([gone.signal, stopped.signal]);
    let told = '';
    let quiet = 0;
    while (!signal.aborted) {
      const incidents = await shared().catch((error: unknown) => {
        logger.warn({ err: loggableError(error), database: name }, 'the state of a database is not known');
        return null;
      });
      const breaker = incidents === null ? null : breakerIn(incidents, name);
      const tag = breaker === null ? told : tagOf(breaker);
      if (tag !== told)
        raw.write(`event: state\nid: ${tag.slice(1, -1)}\ndata: ${JSON.stringify(breaker)}\n\n`);
      else if (quiet >= HEARTBEAT_MS) raw.write(': still here\n\n');
      quiet = tag !== told || quiet >= HEARTBEAT_MS ? 0 : quiet + LOOK_MS;
      told = tag;
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
    raw.end();
  }

  server.get<{ Params: { name: string } }>('/v1/databases/:name/state', async (request, reply) => {
    const refusal = refuse(request);
    if (refusal !== null) return await reply.code(401).send({ error: refusal });
    const { name } = request.params;
    if (!databases.includes(name))
      return await reply.code(404).send({ error: 'No database of this name is configured.' });
    if (request.headers.accept?.includes('text/event-stream') !== true) {
      try {
        return await answer(name, request, reply);
      } catch (error) {
        logger.warn({ err: loggableError(error), database: name }, 'the state of a database is not known');
        return await unknown(reply, 'The state is not known now. Ask again.');
      }
    }
    if (streams >= MOST_STREAMS)
      return await unknown(reply, 'Too many listen already. Ask now and then instead.');
    streams += 1;
    void stream(name, reply).finally(() => {
      streams -= 1;
    });
    return reply;
  });
}

function breakerIn(incidents: readonly Incident[], name: string): Breaker {
  const incident = incidents.find(({ database, purpose }) => database === name && purpose === 'incident');
  return breakerOf(name, incident ?? null);
}

async function unknown(reply: FastifyReply, error: string) {
  return await reply.code(503).header('retry-after', '5').send({ error });
}

/** Equal for equal states. */
function tagOf(breaker: Breaker): string {
  return `"${sha256(JSON.stringify(breaker)).slice(0, 16)}"`;
}
