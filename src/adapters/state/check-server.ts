import type pg from 'pg';
import type { Logger } from 'pino';
import { pooledFailure } from './failure.ts';

/** What tells a pooler, and whether the server may lose what it has confirmed. */
export const LOOK = `select pg_backend_pid() as pid, (select count(*)::int from pg_stat_replication) as replicas,
  current_setting('synchronous_standby_names') as synchronous, current_setting('synchronous_commit') as commit,
  current_setting('fsync') as fsync`;

export interface Look {
  readonly pid: number;
  readonly replicas: number;
  readonly synchronous: string;
  readonly commit: string;
  readonly fsync: string;
}

/**
 * Refuses a pooler, and warns when the server may lose what it has confirmed. A pooler gives clients process ids of its
 * own (measured with PgBouncer 1.18): locks and LISTEN belong to a session, and it would hand the session on.
 * @throws FirebreakError `state-pooled`
 */
export async function checkServer(pool: pg.Pool, logger: Pick<Logger, 'warn'>): Promise<void> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<Look>(LOOK);
    const [look] = rows;
    if (look === undefined) return;
    if (look.pid !== Reflect.get(client, 'processID')) throw pooledFailure();
    const risk = riskOf(look);
    if (risk !== null) logger.warn({ risk }, 'The state database may lose what it has confirmed');
  } finally {
    client.release();
  }
}

/** Why the server may lose what it has confirmed, in a sentence; null when it does not. */
export function riskOf({ replicas, synchronous, commit, fsync }: Look): string | null {
  if (fsync === 'off') return 'fsync is off: a power cut loses or destroys the journal.';
  if (commit === 'off' || commit === 'local' || commit === 'remote_write')
    return `synchronous_commit is ${commit}: set it to on for this database.`;
  if (replicas === 0 || synchronous !== '') return null;
  return 'It has replicas and no synchronous_standby_names: after a failover the newest alerts and decisions may be missing.';
}
