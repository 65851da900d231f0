import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import type { Fetch } from '../ports/http.ts';
import type { Logger } from '../ports/logger.ts';
import type { AlertSource } from './alert-source.ts';
import { createLimits } from './rate-limits.ts';
import { createReceive, type KeepLetter, type StoreAlerts } from './receive.ts';

/** Bytes of a body that are read; more is answered 413. */
export const BODY_LIMIT = 1024 * 1024;

interface RouteOptions {
  readonly sources: readonly AlertSource[];
  readonly store: StoreAlerts;
  readonly keepLetter?: KeepLetter;
  /** For what a proof or a confirmation has to fetch. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `POST /alerts/<source>`: proves the sender on the raw bytes, stores durably, then answers 202.
 * 401 or 403 not proven · 404 unknown source · 400 malformed, nothing stored · 413 too large · 429 too many ·
 * 503 could not be stored, send again.
 */
export function registerAlertRoutes(server: FastifyInstance, options: RouteOptions): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.register(async (scope) => {
    await scope.register(rateLimit, { global: false });
    const sources = new Map(options.sources.map((source) => [source.name, source]));
    const receivers = new Map(options.sources.map((source) => [source.name, createReceive(source, options)]));
    const limitsOf = createLimits(scope, sources);

    scope.post<{ Params: { source: string } }>('/alerts/:source', async (request, reply) => {
      const { source } = request.params;
      const receive = receivers.get(source);
      if (receive === undefined)
        return reply.code(404).send({ error: 'No alert source of this name is configured.' });
      const { status, body, retryAfter } = await receive(
        {
          headers: request.headers,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
          receivedAt: options.clock.now(),
        },
        request.ip,
        limitsOf(request, source),
      );
      if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
      return reply.code(status).send(body);
    });
  });
}
