import pg from 'pg';
import type { Logger } from 'pino';
import { FirebreakError } from '../../domain/errors.ts';
import { type StateAddress, sessionOptions } from './pool.ts';

/** How often the session is asked whether it still lives, and how long it has to answer. */
const PING_INTERVAL_MS = 3_000;
const PING_TIMEOUT_MS = 3_000;
/**
 * The server ends the session of a peer that is there and says nothing, as a frozen process, after 15 s; ours has noticed
 * before, after 6 s. PostgreSQL 14 and later.
 */
const SERVER_TIMEOUT = '-c idle_session_timeout=15000';
/** The server notices a peer that vanished without a word after 10 + 3 × 5 s, also in the middle of a statement. */
const SERVER_KEEPALIVES = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** The one session that holds the locks of this process; opened when it is needed, opened anew after it was lost. */
export interface LockSession {
  open(): Promise<pg.Client>;
  /** Runs one statement that answers true or false. Statements wait for one another, as the session runs one at a time. */
  ask(session: pg.Client, statement: string, values: readonly string[]): Promise<boolean>;
  /** False once the session was lost or discarded: its locks are free. */
  isCurrent(session: pg.Client): boolean;
  /** Ends a session in doubt. */
  discard(session: pg.Client): void;
  onLost(listener: (session: pg.Client) => void): void;
  stop(): Promise<void>;
}

export function createLockSession(
  options: StateAddress & { instance: string },
  logger: Pick<Logger, 'warn'>,
): LockSession {
  const listeners: ((session: pg.Client) => void)[] = [];
  let current: pg.Client | null = null;
  let opening: Promise<pg.Client> | null = null;
  let ping: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function connect(): Promise<pg.Client> {
    const session = new pg.Client({
      ...sessionOptions(options, `${options.instance} locks`),
      options: `${SERVER_TIMEOUT} ${SERVER_KEEPALIVES}`,
      query_timeout: PING_TIMEOUT_MS,
    });
    session.on('error', (error) => lose(session, error.message));
    session.on('end', () => lose(session, 'ended'));
    await session.connect();
    current = session;
    ping = setInterval(() => {
      ask(session, 'select true as answer', []).catch((error: unknown) => lose(session, String(error)));
    }, PING_INTERVAL_MS);
    ping.unref();
    return session;
  }

  async function ask(session: pg.Client, statement: string, values: readonly string[]): Promise<boolean> {
    const asked = last.then(() => session.query<{ answer: boolean }>(statement, [...values]));
    last = asked.catch(() => {});
    return (await asked).rows[0]?.answer === true;
  }

  function lose(session: pg.Client, why: string): void {
    if (current !== session) return;
    current = null;
    clearInterval(ping);
    logger.warn({ error: why }, 'The session that holds locks was lost');
    for (const listener of listeners) listener(session);
    session.end().catch(() => {});
  }

  async function open(): Promise<pg.Client> {
    if (stopped) throw stopping();
    if (current) return current;
    opening ??= connect().finally(() => {
      opening = null;
    });
    return await opening;
  }

  return {
    open,
    ask,
    isCurrent: (session) => current === session,
    discard: (session) => lose(session, 'discarded'),
    onLost: (listener) => listeners.push(listener),
    async stop() {
      stopped = true;
      await opening?.catch(() => undefined);
      const session = current;
      current = null;
      clearInterval(ping);
      await session?.end().catch(() => {});
    },
  };
}

function stopping(): FirebreakError {
  return new FirebreakError('state-unavailable', 'The session that holds locks is closed for good.', {
    hint: 'Firebreak is stopping.',
    retryable: true,
  });
}
