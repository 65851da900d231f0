import { Client } from 'pg';
import type { SecretText } from '../config.ts';
import { candidate, endClient } from '../connect.ts';
import { explainError } from '../errors.ts';

/** Where plans of one database are made: a replica where there is one, as the statistics are the same. */
export interface PlanningPlace {
  readonly database: string;
  /** URL of the gate's role, directly to the server and not through PgBouncer. */
  readonly url: SecretText;
}

/** A connection of the gate's role. */
export interface GateConnection {
  readonly client: Client;
  /** Does something with it; what the server or the network says is thrown in our words. */
  readonly told: <T>(work: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

const CONNECT_MS = 5_000;
/** The server ends a statement after a second; this is for one that does not answer. */
const ANSWER_MS = 4_000;
/**
 * Only second walls: a function that runs while planning may change them. Planning takes milliseconds, unless such a
 * function runs; a table that is locked is waited for briefly.
 */
const SESSION = `SET default_transaction_read_only = on; SET statement_timeout = 1000; SET lock_timeout = 200;
  SET idle_session_timeout = 60000; SET plan_cache_mode = force_generic_plan`;

/** Connects as the gate's role. Throws what a database throws that cannot be reached. */
export async function connectGate(
  { database, url }: PlanningPlace,
  signal: AbortSignal,
): Promise<GateConnection> {
  signal.throwIfAborted();
  const way = candidate(url);
  const client = new Client({
    connectionString: way.url,
    application_name: 'firebreak gate',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
  });
  client.on('error', () => {});
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const { role, target, address } = way;
      throw explainError(error, { database, server: 'cost gate', role, target, address });
    }
  };
  const close = async () => await endClient(client);
  try {
    await told(async () => {
      await client.connect();
      await client.query(SESSION);
    });
    return { client, told, close };
  } catch (error) {
    await close();
    throw error;
  }
}
