import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { query } from '../../adapters/embedded-postgres/support.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** What the reports log in with; both servers ask for it. */
export const REPORT_PASSWORD = 'hunter2-of-the-reports';
/** Where the replica listens, on the port of the primary, as two Services of a cluster do. */
export const REPLICA_HOST = '127.0.0.2';

/** A primary with a streaming replica. The role `report` needs its password, `bot` monitors both. */
export async function startReplicaPair() {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(temporaryDirectory(), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const hba = ['host all report 127.0.0.0/8 scram-sha-256', 'host all all 127.0.0.0/8 trust'];
  const primary = stack.use(
    await startPostgres({
      dataDirectory: join(directory, 'primary'),
      listen: { host: '127.0.0.1' },
      hba,
      settings: { max_connections: 40, jit: false },
    }),
  );
  await query(
    primary.url(),
    `create role bot login; grant pg_monitor, pg_signal_backend to bot;
     create role report login password '${REPORT_PASSWORD}'`,
  );
  const replica = stack.use(
    await startReplica(primary, {
      dataDirectory: join(directory, 'replica'),
      listen: { host: REPLICA_HOST, port: primary.port },
      hba,
      applicationName: 'replica-1',
      settings: { max_connections: 40, jit: false },
    }),
  );
  const owned = stack.move();
  const asBot = { user: 'bot', password: 'unused', database: 'postgres' };
  return {
    port: primary.port,
    url: (_user: string) => primary.url(asBot),
    replicaUrl: () => replica.url(asBot),
    /** Runs a statement as superuser on the replica. */
    onReplica: async (sql: string) => await query(replica.url(), sql),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
export type ReplicaPair = Awaited<ReturnType<typeof startReplicaPair>>;
