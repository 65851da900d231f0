import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Alert } from '../domain/alert.ts';
import { FirebreakError, loggableError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Alerts } from '../ports/state.ts';
import { type Authentication, refuseRequest } from './authentication.ts';
import { alertFormats } from './formats.ts';
import { unsafeJson } from './json-safety.ts';

/** A configured sender of alerts. */
export interface AlertSource {
  /** Name in the path `/alerts/<name>`. */
  readonly name: string;
  readonly format: keyof typeof alertFormats;
  readonly authentication: Authentication;
}

/** Stores alerts durably; resolves after the commit. */
export type StoreAlerts = (alerts: readonly Alert[]) => ReturnType<Alerts['store']>;

/** Bytes of a body that are read; more is answered 413. */
export const BODY_LIMIT = 1024 * 1024;

/** Senders give up after 10 s or more; an answer before that lets them send again by their own rules. */
const STORE_MS = 8_000;

/**
 * `POST /alerts/<source>`: proves the sender on the raw bytes, stores durably, then answers 202.
 * 401 not proven · 404 unknown source · 400 malformed, nothing stored · 413 too large · 503 could not be stored, send again.
 */
export function registerAlertRoutes(
  server: FastifyInstance,
  options: { sources: readonly AlertSource[]; store: StoreAlerts; clock: Clock; logger: Logger },
): void {
  const sources = new Map(options.sources.map((source) => [source.name, source]));
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  server.post<{ Params: { source: string } }>('/alerts/:source', async (request, reply) => {
    const source = sources.get(request.params.source);
    if (source === undefined)
      return reply.code(404).send({ error: 'No alert source of this name is configured.' });
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const refusal = refuseRequest(source.authentication, request.headers, raw, options.clock.now());
    if (refusal !== null) {
      options.logger.warn({ source: source.name, from: request.ip, refusal }, 'alert refused');
      return reply.code(401).send({ error: refusal });
    }
    const parsed = parseBody(source, raw);
    if (typeof parsed === 'string') {
      options.logger.warn({ source: source.name, problem: parsed }, 'malformed alert');
      return reply.code(400).send({ error: parsed });
    }
    try {
      return await reply.code(202).send(await inTime(options.store(parsed)));
    } catch (error) {
      options.logger.error({ err: loggableError(error), source: source.name }, 'alert could not be stored');
      return reply
        .code(503)
        .header('retry-after', '5')
        .send({ error: 'The alert could not be stored. Send it again.' });
    }
  });
}

/**
 * What is stored after all, although the sender was told that it was not, is a repeat when it comes again.
 * Throws `state-unavailable` when the state takes too long.
 */
async function inTime<T>(storing: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `The state database took longer than ${STORE_MS / 1000} s.`;
    late.reject(
      new FirebreakError('state-unavailable', message, { hint: 'Send the alert again.', retryable: true }),
    );
  }, STORE_MS);
  try {
    return await Promise.race([storing, late.promise]);
  } finally {
    clearTimeout(timer);
    storing.catch(() => undefined);
  }
}

function parseBody(source: AlertSource, raw: Buffer) {
  let body: unknown;
  try {
    body = JSON.parse(raw.toString('utf8'));
  } catch {
    return 'The body is not JSON.';
  }
  const unsafe = unsafeJson(body);
  if (unsafe !== null) return unsafe;
  try {
    return alertFormats[source.format].parse(body, source.name);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not of the expected form'} (format ${source.format}).`;
  }
}
