import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import type { Logger } from 'pino';
import { sparseWarnings } from './sparse-warnings.ts';

/** The state's own sessions are few, so that an embedded server needs no more than about 20 connections in all. */
const POOL_SIZE = 6;
const INT8 = pg.types.builtins.INT8;
const TIMESTAMPTZ = pg.types.builtins.TIMESTAMPTZ;

/** Where the state database is, and what opens it. */
export interface StateAddress {
  /** A libpq URL. */
  readonly url: string;
  /** Asked at each connection, instead of the password in the URL: it may be replaced while Firebreak runs. */
  readonly password?: (() => string) | undefined;
}

/** The address as pg takes it: in a URL, the password would hold for ever. */
export function connectionOf({ url, password }: StateAddress) {
  if (password === undefined) return { connectionString: url };
  // What is not in the URL is left to pg, which knows PGHOST and the like.
  const { password: _, ...rest } = parseIntoClientConfig(url);
  return { ...rest, password };
}

/** How every session to the state database is opened: named, bounded in time, and with dead peers noticed. */
export function sessionOptions(address: StateAddress, instance: string): pg.ClientConfig {
  return {
    ...connectionOf(address),
    application_name: `firebreak ${instance}`.slice(0, 63),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 8_000,
    lock_timeout: 6_000,
    idle_in_transaction_session_timeout: 10_000,
    types: { getTypeParser },
  };
}

/** The pool of the journal and its tables. A session that breaks is logged and replaced, never a crash. */
export function createPool(
  options: StateAddress & { instance: string },
  logger: Pick<Logger, 'warn'>,
): pg.Pool {
  const session = sessionOptions(options, options.instance);
  // Statements are sent when they are given, not when the one before is answered (together.ts).
  const pool = new pg.Pool({ ...session, max: POOL_SIZE, pipeline: true });
  const warn = sparseWarnings(logger, 'A session to the state database broke');
  const report = (error: Error): void => {
    // An ended pool does not wait for its sockets: a server that stops right after it still says goodbye on them.
    if (!pool.ending) warn({ error: error.message });
  };
  pool.on('error', report);
  // The pool listens only on sessions at rest; one that breaks inside a transaction would end the process.
  pool.on('connect', (client) => client.on('error', report));
  return pool;
}

/** Parsers of this pool alone: int8 as a number, timestamptz as ISO 8601 in UTC with milliseconds. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return parseInt8;
  const standard = pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format);
  if (oid !== TIMESTAMPTZ) return standard;
  return (value) => {
    const time: unknown = standard(value);
    return time instanceof Date ? time.toISOString() : time;
  };
}

function parseInt8(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is too large for a number`);
  return number;
}
