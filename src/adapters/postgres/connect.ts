import { Client, type QueryConfig } from 'pg';
import { FirebreakError } from '../../domain/errors.ts';
import type { SecretText, Settings } from './config.ts';

/** One way into a server, as its URL says at each reading: a secret that is replaced is used by the next connection. */
export interface Candidate {
  readonly url: string;
  readonly role: string;
  /** Database that the URL leads to. */
  readonly target: string;
  /** `-h host -p port`, as the commands of PostgreSQL take them. */
  readonly address: string;
  /**
   * Logs in as a walsender, which takes none of max_connections. Such a session understands statements without
   * parameters only (https://www.postgresql.org/docs/current/protocol-replication.html).
   */
  readonly walsender: boolean;
}

/** The way of a connection URL; to the same server's database `database` when one is named. Throws `bad-config`. */
export function candidate(url: SecretText, database?: string): Candidate {
  const now = () => describe(url.reveal(), database);
  const { walsender } = now();
  return {
    get url() {
      return now().url;
    },
    get role() {
      return now().role;
    },
    get target() {
      return now().target;
    },
    get address() {
      return now().address;
    },
    walsender,
  };
}

function describe(url: string, database: string | undefined): Candidate {
  const parsed = parseUrl(url);
  if (database !== undefined) parsed.pathname = `/${encodeURIComponent(database)}`;
  parsed.searchParams.delete('application_name');
  const role = decodeURIComponent(parsed.username) || (parsed.searchParams.get('user') ?? '');
  const target = decodeURIComponent(parsed.pathname.replace(/^\//, '')) || role;
  const host = parsed.searchParams.get('host') ?? parsed.hostname;
  const port = parsed.searchParams.get('port') ?? (parsed.port || '5432');
  return {
    url: parsed.toString(),
    role,
    target,
    address: `-h ${host} -p ${port}`,
    walsender: parsed.searchParams.get('replication') === 'database',
  };
}

/** The way in of the last resort: the same as a walsender, in the database of the URL. Throws `bad-config`. */
export function breakGlass(url: SecretText): Candidate {
  const reveal = () => {
    const parsed = parseUrl(url.reveal());
    parsed.searchParams.set('replication', 'database');
    return parsed.toString();
  };
  return candidate({ reveal });
}

/** Reads a URL; the form `user@/database?host=/directory` of libpq has no host and is no URL for the standard. */
function parseUrl(url: string): URL {
  const parsed = URL.parse(url) ?? URL.parse(url.replace('@/', '@localhost/'));
  if (parsed !== null && /^postgres(ql)?:$/.test(parsed.protocol)) return parsed;
  throw new FirebreakError('bad-config', 'The connection URL of a monitored database cannot be read.', {
    hint: 'Write postgresql://user:password@host:5432/database, with special characters percent-encoded.',
  });
}

/**
 * Opens one connection and sets its limits. They are set in the session and not with ALTER ROLE, which would
 * falsify audits; one time zone and date style give every timestamp one spelling, so that it stays an identity.
 */
export async function openClient(candidate: Candidate, settings: Settings): Promise<Client> {
  const client = new Client({
    connectionString: candidate.url,
    application_name: 'firebreak',
    connectionTimeoutMillis: settings.connectTimeoutMs,
    query_timeout: settings.queryTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A lost connection is noticed by whoever uses it next; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const limits = `SET statement_timeout = ${settings.statementTimeoutMs}; SET lock_timeout = 500;
      SET idle_in_transaction_session_timeout = 10000; SET jit = off; SET search_path = pg_catalog;
      SET DateStyle = 'ISO'; SET TimeZone = 'UTC'`;
    // It belongs to the opening, also where later statements may take as long as they want.
    await client.query(within(limits, settings.connectTimeoutMs));
    return client;
  } catch (error) {
    discard(client);
    throw error;
  }
}

/** A statement with a time limit of its own, in milliseconds; pg takes it, and its types do not know it. */
export function within(text: string, ms: number): QueryConfig {
  const bounded = { text, query_timeout: ms };
  return bounded;
}

/** Milliseconds that a server has to answer a farewell. */
const FAREWELL_MS = 500;

/** Ends a connection; the socket is destroyed when a query is under way or the server does not take leave in time. */
export async function endClient(client: Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), FAREWELL_MS);
  try {
    await client.end();
  } catch {
    // It is gone either way.
  } finally {
    clearTimeout(timer);
  }
}

/** Drops a connection without waiting for the server. */
export function discard(client: Client): void {
  void endClient(client);
}
