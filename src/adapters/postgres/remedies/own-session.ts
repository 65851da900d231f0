import type { Client } from 'pg';
import { within } from '../connect.ts';

/** A session of Firebreak's own, named for ever: its pid alone may be somebody else's by the time it is signalled. */
export interface OwnSession {
  readonly pid: number;
  /** As text, which keeps the microseconds. */
  readonly startedAt: string;
}

/** @param withinMs How long the answer may take. */
export async function ownSession(client: Client, withinMs: number): Promise<OwnSession> {
  const { rows } = await client.query<OwnSession>(
    within(
      `SELECT pid, backend_start::text AS "startedAt" FROM pg_stat_get_activity(pg_backend_pid())`,
      withinMs,
    ),
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The server does not say which session this is.');
  return row;
}

/** Cancels what that session runs, from another one; nothing when it has ended. */
export async function cancelOwn(client: Client, { pid, startedAt }: OwnSession): Promise<void> {
  await client.query(
    `SELECT pg_cancel_backend(pid) FROM pg_stat_get_activity($1) WHERE backend_start = $2::timestamptz`,
    [pid, startedAt],
  );
}
