import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readLockFile } from '../../adapters/embedded-postgres/lock-file.ts';
import type { PostgresServer } from '../../adapters/embedded-postgres/server.ts';
import { startPostgres } from '../../adapters/embedded-postgres/start-postgres.ts';
import { startReplica } from '../../adapters/embedded-postgres/start-replica.ts';
import { addressOf, withSession } from './connection.ts';
import { limitCpus } from './cpu-limit.ts';
import { createRoles, type Passwords } from './roles.ts';
import { seedShop, shopSize } from './seed.ts';
import type { StartVictimOptions, Victim } from './victim.ts';
import { victimUrls } from './victim-urls.ts';

const DATABASE = 'orders';
const DEFAULT_CPUS = 2;
const HBA = ['host all all 127.0.0.0/8 scram-sha-256'];
const LISTEN = { host: '127.0.0.1' };
const SUPERUSER = 'postgres';

/** The production-like gaps stay as they are found in the wild: no timeouts, no role limits, no reserved slots. */
const SETTINGS = {
  max_connections: 60,
  shared_buffers: '256MB',
  shared_preload_libraries: 'pg_stat_statements',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  wal_keep_size: '1GB',
  hot_standby: true,
};

/** A replica that serves reports lets them finish: it would rather lag than cancel them. */
const REPLICA_SETTINGS = { ...SETTINGS, max_standby_streaming_delay: '10min' };

/** Starts a primary and a streaming replica in `directory`, with the shop's database in them. */
export async function startEmbeddedVictim(options: StartVictimOptions): Promise<Victim> {
  await using failed = new AsyncDisposableStack();
  failed.defer(() => rm(options.directory, { recursive: true, force: true }));
  const common = {
    listen: LISTEN,
    hba: HBA,
    settings: SETTINGS,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const primary = failed.use(
    await startPostgres({
      ...common,
      dataDirectory: join(options.directory, 'primary'),
      superuser: SUPERUSER,
    }),
  );
  const passwords = await createShop(primary, options);
  const postmaster = readLockFile(primary.dataDirectory)?.pid;
  const cores =
    postmaster === undefined ? undefined : await limitCpus(postmaster, options.cpus ?? DEFAULT_CPUS);
  const replica = failed.use(
    await startReplica(primary, {
      ...common,
      settings: REPLICA_SETTINGS,
      dataDirectory: join(options.directory, 'replica'),
      applicationName: 'replica-1',
    }),
  );
  return handleOf(primary, replica, { cores, passwords, options, resources: failed.move() });
}

async function createShop(primary: PostgresServer, options: StartVictimOptions): Promise<Passwords> {
  const passwords = await withSession(primary.url(), async (admin) => {
    await admin.query(`drop database if exists ${DATABASE} with (force)`);
    const created = await createRoles(admin);
    await admin.query(`create database ${DATABASE}`);
    return created;
  });
  await withSession(primary.url({ database: DATABASE }), async (client) => {
    await client.query('create extension pg_stat_statements');
    await seedShop(client, shopSize(options.scale), options);
    await client.query('checkpoint');
  });
  return passwords;
}

function handleOf(
  primary: PostgresServer,
  replica: PostgresServer,
  parts: {
    cores: number | undefined;
    passwords: Passwords;
    options: StartVictimOptions;
    resources: AsyncDisposableStack;
  },
): Victim {
  const { cores, passwords, options, resources } = parts;
  const stop = (): Promise<void> => resources.disposeAsync();
  return {
    database: DATABASE,
    primary: addressOf(primary.url()),
    replica: addressOf(replica.url()),
    cores,
    passwords,
    size: shopSize(options.scale),
    urls: victimUrls(DATABASE, passwords, { primary: primary.url(), replica: replica.url() }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
