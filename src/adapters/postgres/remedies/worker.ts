import type { Client } from 'pg';
import { ident } from '../../../domain/sql-name.ts';
import type { Settings } from '../config.ts';
import { type Candidate, endClient, openClient } from '../connect.ts';
import { explainError, type Where } from '../errors.ts';

/** How long a remedy may wait and run. */
export interface WorkLimits {
  /** Seconds that it waits for a lock. */
  readonly lockSeconds: number;
  /** Seconds for each statement; null for as long as it takes. */
  readonly statementSeconds: number | null;
  /** As whom it runs, or null for Firebreak's own role. */
  readonly actAs: string | null;
}

/**
 * Runs a remedy on a connection of its own: the standing sessions have to stay free. When the signal aborts, its
 * statement is cancelled. Throws FirebreakError.
 */
export async function onOwnConnection<T>(
  place: { readonly candidate: Candidate; readonly settings: Settings; readonly where: Where },
  { lockSeconds, statementSeconds, actAs }: WorkLimits,
  { work, signal }: { readonly work: (client: Client) => Promise<T>; readonly signal: AbortSignal },
): Promise<T> {
  const { candidate, settings, where } = place;
  const queryTimeoutMs = statementSeconds === null ? 0 : statementSeconds * 1000 + 2000;
  try {
    const client = await openClient(candidate, { ...settings, queryTimeoutMs });
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const cancel = () => void cancelFromAside(place, rows[0]?.pid ?? 0);
    try {
      await client.query(
        `SET lock_timeout = ${lockSeconds * 1000}; SET statement_timeout = ${(statementSeconds ?? 0) * 1000}`,
      );
      if (actAs !== null) await client.query(`SET ROLE ${ident(actAs)}`);
      signal.addEventListener('abort', cancel, { once: true });
      signal.throwIfAborted();
      return await work(client);
    } finally {
      signal.removeEventListener('abort', cancel);
      await endClient(client);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explainError(error, where);
  }
}

/** Cancels what the own role runs in another session; a build that nobody waits for would go on. */
async function cancelFromAside(
  { candidate, settings }: { readonly candidate: Candidate; readonly settings: Settings },
  pid: number,
): Promise<void> {
  try {
    const client = await openClient(candidate, settings);
    await client.query('SELECT pg_cancel_backend($1)', [pid]).finally(async () => endClient(client));
  } catch {
    // Its session ends with the connection; the server notices that at the latest when it is done.
  }
}
