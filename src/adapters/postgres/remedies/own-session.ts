import type { Client } from 'pg';

/** A session of Firebreak's own, named for ever: its pid alone may be somebody else's by the time it is signalled. */
export interface OwnSession {
  readonly pid: number;
  /** As text, which keeps the microseconds. */
  readonly startedAt: string;
}

export async function ownSession(client: Client): Promise<OwnSession> {
  const { rows } = await client.query<OwnSession>(
    `SELECT pid, backend_start::text AS "startedAt" FROM pg_stat_get_activity(pg_backend_pid())`,
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
