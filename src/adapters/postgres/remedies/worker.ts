import type { Client } from 'pg';
import { ident } from '../../../domain/sql-name.ts';
import type { Settings } from '../config.ts';
import { type Candidate, endClient, openClient, within } from '../connect.ts';
import { explainError, type Where } from '../errors.ts';
import { cancelOwn, type OwnSession, ownSession } from './own-session.ts';

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
    let cancel = (): void => undefined;
    try {
      const session = await ownSession(client, settings.connectTimeoutMs);
      cancel = () => void cancelFromAside(place, session).then(() => giveUp(client, settings.queryTimeoutMs));
      const limits = `SET lock_timeout = ${lockSeconds * 1000}; SET statement_timeout = ${(statementSeconds ?? 0) * 1000}`;
      await client.query(within(limits, settings.connectTimeoutMs));
      if (actAs !== null) await client.query(within(`SET ROLE ${ident(actAs)}`, settings.connectTimeoutMs));
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

/** A server that does not even answer that its statement was cancelled is not waited for. */
function giveUp(client: Client, ms: number): void {
  setTimeout(() => client.connection.stream.destroy(), ms).unref();
}

/** Cancels what the own role runs in another session; a build that nobody waits for would go on. */
async function cancelFromAside(
  { candidate, settings }: { readonly candidate: Candidate; readonly settings: Settings },
  session: OwnSession,
): Promise<void> {
  try {
    const client = await openClient(candidate, settings);
    await cancelOwn(client, session).finally(async () => endClient(client));
  } catch {
    // Its session ends with the connection; the server notices that at the latest when it is done.
  }
}
