import { rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type pg from 'pg';
import { type Account, unprivilegedAccount } from './account.ts';
import { isSocket, type Listen } from './addresses.ts';
import { hasCluster, readSuperuserPassword, whileMarkedUnfinished } from './cluster.ts';
import { connectionString, type Settings, writeOwned } from './configuration.ts';
import { chownTree, ensurePrivateDirectory } from './directories.ts';
import { type ProbeTarget, withClient } from './probe.ts';
import type { PostgresServer, StartReplicaOptions } from './server.ts';
import { startPostgres } from './start-postgres.ts';

/** Files of the primary that must not be in a copy (https://www.postgresql.org/docs/current/continuous-archiving.html). */
const NOT_COPIED =
  /^\/(postmaster\.(pid|opts)|postgresql\.log(\.1)?|base\/pgsql_tmp.*|pg_wal\/.*[0-9A-F]{24}.*|pg_(replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)\/.+)$/;

/** A standby refuses to start when one of these is smaller than on its primary. */
const AT_LEAST_AS_ON_PRIMARY = `select name, setting from pg_settings where name in
  ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')`;

/**
 * Starts a streaming replica of `primary`. The first time the data directory is copied with the low-level backup
 * functions; later starts go on with what is there. The primary needs `wal_keep_size` (or must not move on too far)
 * for a replica that was away.
 * @throws FirebreakError as `startPostgres`.
 */
export async function startReplica(
  primary: PostgresServer,
  options: StartReplicaOptions,
): Promise<PostgresServer> {
  const account = unprivilegedAccount();
  const target = superuserTarget(primary);
  const dataDirectory = resolve(options.dataDirectory);
  if (!hasCluster(dataDirectory)) await copyPrimary(primary, target, dataDirectory, account);
  const required = await withClient(target, readRequiredSettings);
  const listen = listenBeside(primary, options.listen);
  const settings = {
    ...required,
    ...options.settings,
    primary_conninfo: conninfo(target, options.applicationName),
  };
  return startPostgres({ ...options, dataDirectory, listen, superuser: primary.superuser, settings });
}

async function copyPrimary(
  primary: PostgresServer,
  target: ProbeTarget,
  dataDirectory: string,
  account: Account | undefined,
): Promise<void> {
  ensurePrivateDirectory(dataDirectory, account);
  await whileMarkedUnfinished(dataDirectory, async () => {
    rmSync(dataDirectory, { recursive: true, force: true });
    const label = await withClient(target, (client) =>
      copyDuringBackup(client, primary.dataDirectory, dataDirectory),
    );
    writeOwned(join(dataDirectory, 'backup_label'), label, undefined);
    writeOwned(join(dataDirectory, 'standby.signal'), '', undefined);
    if (account) chownTree(dataDirectory, account);
  });
}

async function copyDuringBackup(client: pg.Client, from: string, to: string): Promise<string> {
  const { begin, end } = await backupFunctions(client);
  await client.query(`select ${begin}`);
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !NOT_COPIED.test(path.slice(from.length)),
  });
  const stopped = await client.query<{ labelfile: string }>(`select labelfile from ${end}`);
  return stopped.rows[0]?.labelfile ?? '';
}

/** PostgreSQL 15 renamed the functions of a low-level backup. */
async function backupFunctions(client: pg.Client): Promise<{ begin: string; end: string }> {
  const { rows } = await client.query<{ v: number }>(
    `select current_setting('server_version_num')::int as v`,
  );
  return (rows[0]?.v ?? 0) < 150_000
    ? {
        begin: `pg_start_backup('firebreak replica', fast => true, exclusive => false)`,
        end: 'pg_stop_backup(exclusive => false, wait_for_archive => false)',
      }
    : {
        begin: `pg_backup_start('firebreak replica', fast => true)`,
        end: 'pg_backup_stop(wait_for_archive => false)',
      };
}

async function readRequiredSettings(client: pg.Client): Promise<Settings> {
  const { rows } = await client.query<{ name: string; setting: string }>(AT_LEAST_AS_ON_PRIMARY);
  return Object.fromEntries(rows.map((row) => [row.name, Number(row.setting)]));
}

function superuserTarget(primary: PostgresServer): ProbeTarget {
  const { host, port, superuser } = primary;
  return { host, port, superuser, password: readSuperuserPassword(primary.dataDirectory) };
}

function listenBeside(primary: PostgresServer, listen: Listen): Listen {
  const sameDirectory = isSocket(listen) && resolve(listen.socketDirectory) === primary.host;
  return sameDirectory && listen.port === undefined ? { ...listen, port: primary.port + 1 } : listen;
}

function conninfo(target: ProbeTarget, applicationName: string): string {
  const { host, port, superuser: user, password } = target;
  return connectionString({ host, port, user, password, application_name: applicationName });
}
