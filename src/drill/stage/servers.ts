import { join } from 'node:path';
import { readLockFile } from '../../adapters/embedded-postgres/lock-file.ts';
import type { PostgresServer } from '../../adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../adapters/embedded-postgres/start-postgres.ts';
import { startReplica } from '../../adapters/embedded-postgres/start-replica.ts';
import type { Scenario } from '../scenario.ts';
import type { Settings } from '../settings.ts';
import type { Shape } from '../shape.ts';
import { limitCpus } from '../victim/cpu-limit.ts';
import { type Ground, SUPERUSER } from './ground.ts';

const CORES = 2;
const LISTEN = { host: '127.0.0.1' };
const HBA = ['host all all 127.0.0.0/8 scram-sha-256', 'host replication all 127.0.0.0/8 scram-sha-256'];

/** Every signal to a session leaves a line with its SQLSTATE in the log, whoever sent it: the audit of harm reads them. */
const SETTINGS: Settings = {
  shared_buffers: '32MB',
  shared_preload_libraries: 'pg_stat_statements',
  wal_keep_size: '256MB',
  hot_standby: true,
  autovacuum: false,
  jit: false,
  log_line_prefix: 'pid=%p state=%e user=%u app=%a ',
  log_min_messages: 'warning',
};

/** The servers of a scenario. */
export interface Servers extends AsyncDisposable {
  readonly primary: PostgresServer;
  readonly replica: PostgresServer | undefined;
  readonly cores: number;
}

/** Starts a fresh primary, and a replica when the scenario needs one; the shape's database is there, and empty. */
export async function startServers(options: {
  readonly scenario: Pick<Scenario, 'needs'>;
  readonly shape: Shape;
  readonly ground: Ground;
  readonly directory: string;
  readonly signal: AbortSignal;
}): Promise<Servers> {
  const { scenario, shape, ground, directory, signal } = options;
  await using parts = new AsyncDisposableStack();
  const dataDirectory = join(directory, 'primary');
  await ground.copyServer(dataDirectory);
  const common = { listen: LISTEN, hba: HBA, signal };
  const settings = {
    ...SETTINGS,
    max_connections: shape.size.maxConnections,
    ...scenario.needs.settings,
  };
  const primary = parts.use(
    await startPostgres({ ...common, dataDirectory, superuser: SUPERUSER, settings }),
  );
  const cores = await limitCores(primary);
  const { replica: wanted } = scenario.needs;
  const replica =
    wanted === undefined
      ? undefined
      : parts.use(
          await startReplica(primary, {
            ...common,
            settings: { ...settings, ...(wanted === true ? {} : wanted) },
            dataDirectory: join(directory, 'replica'),
            applicationName: shape.names.replica,
          }),
        );
  if (replica !== undefined) await limitCores(replica);
  const owned = parts.move();
  return { primary, replica, cores, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

/** The processors that a server may use; those that it starts later are bound too. */
async function limitCores({ dataDirectory }: PostgresServer): Promise<number> {
  const postmaster = readLockFile(dataDirectory)?.pid;
  return postmaster === undefined ? CORES : await limitCpus(postmaster, CORES);
}
