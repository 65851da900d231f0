import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { logFile } from '../../../src/adapters/embedded-postgres/postmaster.ts';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A monitored PostgreSQL whose log can be read. */
export interface Victim extends AsyncDisposable {
  readonly url: (user: string) => string;
  readonly log: () => string;
  /** Sessions of the batch job that run a query now. */
  readonly batchSessions: () => Promise<number>;
  /** Seconds for which the youngest query of the batch job has run. */
  readonly batchSeconds: () => Promise<number>;
  /** Sessions of a role, at rest or not. */
  readonly sessionsOf: (role: string) => Promise<number>;
  /** Runs statements as a superuser. */
  readonly execute: (sql: string) => Promise<void>;
  /** Ends every session of the batch job and waits until they are gone. */
  readonly endBatch: () => Promise<void>;
}

export async function startSmallVictim(settings: Readonly<Record<string, number>> = {}): Promise<Victim> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(temporaryDirectory(), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const server = stack.use(
    await startPostgres({
      dataDirectory: join(directory, 'victim'),
      listen: { host: '127.0.0.1' },
      hba: ['host all all 127.0.0.0/8 trust'],
      settings: { max_connections: 40, log_line_prefix: 'pid=%p ', jit: false, ...settings },
    }),
  );
  const url = (user: string) => server.url({ user, password: 'unused', database: 'postgres' });
  const admin = new pg.Client({ connectionString: server.url() });
  admin.on('error', () => undefined);
  await admin.connect();
  stack.defer(async () => admin.end());
  await admin.query(
    'create role bot login; grant pg_monitor, pg_signal_backend to bot; create role batch login; grant pg_execute_server_program to batch',
  );
  const owned = stack.move();
  return {
    url,
    log: () => readFileSync(logFile(server.dataDirectory), 'utf8'),
    async batchSessions() {
      const { rows } = await admin.query<{ count: number }>(
        "select count(*)::int as count from pg_stat_activity where usename = 'batch' and state = 'active'",
      );
      return rows[0]?.count ?? 0;
    },
    async batchSeconds() {
      const { rows } = await admin.query<{ seconds: number }>(
        "select extract(epoch from clock_timestamp() - max(query_start))::float8 as seconds from pg_stat_activity where usename = 'batch' and state = 'active'",
      );
      return rows[0]?.seconds ?? 0;
    },
    async sessionsOf(role) {
      const { rows } = await admin.query<{ count: number }>(
        'select count(*)::int as count from pg_stat_activity where usename = $1',
        [role],
      );
      return rows[0]?.count ?? 0;
    },
    async execute(sql) {
      await admin.query(sql);
    },
    async endBatch() {
      await admin.query(
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'batch'",
      );
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
