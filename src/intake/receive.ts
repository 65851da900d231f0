import type { Alert } from '../domain/alert.ts';
import { loggableError } from '../domain/errors.ts';
import type { Fetch } from '../ports/http.ts';
import type { Logger } from '../ports/logger.ts';
import type { Alerts, DeadLetters } from '../ports/state.ts';
import type { AlertSource } from './alert-source.ts';
import { verifierOf } from './authentication/registry.ts';
import type { AlertRequest } from './authentication/way.ts';
import { alertFormats } from './formats.ts';
import { inTime } from './in-time.ts';
import { readAlerts } from './read-alerts.ts';

/** Stores alerts durably; resolves after the commit. */
export type StoreAlerts = (alerts: readonly Alert[]) => ReturnType<Alerts['store']>;

/** Keeps what a known sender sent and nobody could understand. */
export type KeepLetter = DeadLetters['keep'];

/** What a source is answered. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  /** Seconds after which it may try again. */
  readonly retryAfter?: number;
}

/** Whether one more request may be taken now: null, or the seconds until it may. */
export interface Limits {
  readonly proven: () => Promise<number | null>;
  readonly unproven: () => Promise<number | null>;
}

/** Takes one request of a source. */
export type Receive = (request: AlertRequest, from: string, limits: Limits) => Promise<Answer>;

/** Seconds after which a sender shall try again what could not be stored. */
const RETRY_SECONDS = 5;
/** Milliseconds in which a sender has to answer that wants an address of it called. */
const CONFIRM_MS = 5_000;

/**
 * Proves the sender on the raw bytes, reads them, stores the alerts durably, then answers. A proven sender is not held
 * back by the failures of others.
 */
export function createReceive(
  source: AlertSource,
  options: { store: StoreAlerts; keepLetter?: KeepLetter; fetch: Fetch; logger: Logger },
): Receive {
  const { store, fetch, logger } = options;
  const verify = verifierOf(source.authentication, { fetch });
  const format = alertFormats[source.format];
  const { name } = source;

  async function storeAll(alerts: readonly Alert[]): Promise<Answer> {
    try {
      return { status: 202, body: await inTime(store(alerts), format.answerMs) };
    } catch (error) {
      logger.error({ source: name, err: loggableError(error) }, 'alert could not be stored');
      return tryAgain('The alert could not be stored. Send it again.');
    }
  }

  /** What is refused is not sent again: people can look at it, and take it once it can be read. */
  async function keep(reason: string, body: Buffer): Promise<Answer> {
    const letter = { source: name, reason, body: body.toString('utf8') };
    try {
      await inTime(options.keepLetter?.(letter) ?? Promise.resolve(), format.answerMs);
      return { status: 400, body: { error: reason } };
    } catch (error) {
      logger.error({ source: name, err: loggableError(error) }, 'malformed alert could not be kept');
      return tryAgain(`${reason} It could not be kept for people to look at either. Send it again.`);
    }
  }

  async function confirm(url: URL): Promise<Answer> {
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(CONFIRM_MS) });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${url.host} answered ${response.status}.`);
      logger.info({ source: name, host: url.host }, 'subscription confirmed');
      return { status: 200, body: { confirmed: true } };
    } catch (error) {
      logger.error({ source: name, err: loggableError(error) }, 'subscription could not be confirmed');
      return tryAgain('The subscription could not be confirmed. Send it again.');
    }
  }

  async function refuse(
    refusal: { status: number; reason: string; cause?: unknown },
    from: string,
    limits: Limits,
  ) {
    const { status, reason, cause } = refusal;
    const err = cause === undefined ? {} : { err: loggableError(cause) };
    logger.warn({ source: name, from, refusal: reason, ...err }, 'alert refused');
    const seconds = await limits.unproven();
    if (seconds !== null) return tooMany(429, seconds);
    return status === 503 ? tryAgain(reason) : { status, body: { error: reason } };
  }

  return async (request, from, limits) => {
    const refusal = await verify(request);
    if (refusal !== null) return refuse(refusal, from, limits);
    const seconds = await limits.proven();
    if (seconds !== null) {
      logger.warn({ source: name, from }, 'source sends more than its rateLimit');
      return tooMany(format.tooMany, seconds);
    }
    const parsed = readAlerts(source, request.body);
    if (typeof parsed === 'string') {
      logger.warn({ source: name, problem: parsed }, 'malformed alert');
      return keep(parsed, request.body);
    }
    if ('alerts' in parsed) return storeAll(parsed.alerts);
    if ('confirm' in parsed) return confirm(parsed.confirm);
    logger.info({ source: name, passed: parsed.passed }, 'no alert');
    return { status: 202, body: { stored: 0, repeated: 0, passed: parsed.passed } };
  };
}

function tryAgain(error: string): Answer {
  return { status: 503, body: { error }, retryAfter: RETRY_SECONDS };
}

function tooMany(status: 429 | 503, seconds: number): Answer {
  return { status, body: { error: `Too many requests. Try again in ${seconds} s.` }, retryAfter: seconds };
}
