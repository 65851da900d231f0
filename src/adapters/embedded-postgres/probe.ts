import pg from 'pg';
import type { Address } from './addresses.ts';

/** What a server says about itself; the proof that it is the one we mean. */
export interface ServerIdentity {
  readonly dataDirectory: string;
  /** Start of the postmaster in seconds since 1970. */
  readonly startedAt: number;
  readonly inRecovery: boolean;
}

/** How to reach a server as its superuser. */
export interface ProbeTarget extends Address {
  readonly superuser: string;
  readonly password: string | undefined;
}

const PROBE = `select current_setting('data_directory') as "dataDirectory",
  extract(epoch from pg_postmaster_start_time())::float8 as "startedAt", pg_is_in_recovery() as "inRecovery"`;

/** Connects once and asks the server who it is; rejects when it does not answer within two seconds. */
export async function identifyServer(target: ProbeTarget): Promise<ServerIdentity> {
  return withClient(target, async (client) => {
    const result = await client.query<ServerIdentity>(PROBE);
    const [row] = result.rows;
    if (!row) throw new Error('The server did not say who it is.');
    return row;
  });
}

/** Opens a superuser session for one piece of work and closes it afterwards. */
export async function withClient<T>(
  target: ProbeTarget,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.superuser,
    ...(target.password === undefined ? {} : { password: target.password }),
    database: 'postgres',
    application_name: 'firebreak-launcher',
    connectionTimeoutMillis: 2000,
  });
  // A connection that breaks between two calls is reported by the next call; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
