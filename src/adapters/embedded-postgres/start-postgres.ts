import { realpathSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FirebreakError } from '../../domain/errors.ts';
import { type Account, unprivilegedAccount } from './account.ts';
import { choosePort, fittingSocketDirectory, isSocket } from './addresses.ts';
import { adoptRunningServer } from './adoption.ts';
import { type Binaries, locateBinaries } from './binaries.ts';
import { ensureCluster, readSuperuserPassword } from './cluster.ts';
import { type Settings, writeHostRules, writeSettings } from './configuration.ts';
import { ensurePrivateDirectory } from './directories.ts';
import { endsWithProcess } from './ends-with-process.ts';
import { explainFailure, isLockHeld, isPortTaken, logTail } from './failure.ts';
import { disownStaleLocks } from './lock-file.ts';
import { logFile, type Postmaster, spawnPostmaster, stopPostmaster } from './postmaster.ts';
import { identifyServer, type ProbeTarget } from './probe.ts';
import { runningServer } from './running-server.ts';
import type { PostgresServer, StartPostgresOptions } from './server.ts';

const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 25;
/** After a kill -9 of the postmaster its backends hold the shared memory for about 1.5 s (measured). */
const LOCK_RETRY_MS = 20_000;
const LOCK_RETRY_POLL_MS = 250;
const FREE_PORT_ATTEMPTS = 5;

type Outcome = 'ready' | 'lock_held' | 'port_taken';

interface Prepared extends StartPostgresOptions {
  readonly superuser: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
}

/**
 * Starts PostgreSQL with the binaries that come with Firebreak, creating the database at the first start, and waits
 * until it answers. A server that already runs in the data directory, left by a killed process of ours, is taken over.
 * As root the server runs as an unprivileged account and the directory is given to it.
 * @throws FirebreakError that says what to do.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<PostgresServer> {
  options.signal?.throwIfAborted();
  const account = unprivilegedAccount();
  const wanted = resolve(options.dataDirectory);
  ensurePrivateDirectory(wanted, account);
  const binaries = locateBinaries(account, dirname(wanted), options.package);
  const superuser = options.superuser ?? 'firebreak';
  await ensureCluster(wanted, { binaries, account, superuser, signal: options.signal });
  const prepared = { ...options, dataDirectory: realpathSync(wanted), superuser, binaries, account };
  const adopted = await adoptRunningServer(prepared);
  if (adopted === undefined) return await startFresh(prepared);
  endsWithProcess(adopted, 'SIGQUIT');
  return adopted;
}

async function startFresh(prepared: Prepared): Promise<PostgresServer> {
  const { dataDirectory, account, superuser, listen } = prepared;
  disownStaleLocks(dataDirectory);
  writeSettings(dataDirectory, prepared.settings ?? {}, account);
  writeHostRules(dataDirectory, superuser, prepared.hba ?? [], account);
  const lockDeadline = performance.now() + LOCK_RETRY_MS;
  const portIsOurs = !isSocket(listen) && !listen.port;
  for (let attempt = 1; ; attempt++) {
    const { target, commandLine, temporarySocketDirectory } = await chooseAddress(prepared);
    using leftover = new DisposableStack();
    if (temporarySocketDirectory) {
      leftover.defer(() => rmSync(temporarySocketDirectory, { recursive: true, force: true }));
    }
    const postmaster = await spawnPostmaster(prepared.binaries.postgres, {
      dataDirectory,
      commandLine,
      account,
    });
    const outcome = await waitUntilReady(prepared, postmaster, target);
    if (outcome === 'ready') {
      leftover.move();
      prepared.logger?.info({ pid: postmaster.pid, dataDirectory, port: target.port }, 'PostgreSQL started');
      return runningServer({ dataDirectory, target, postmaster, adopted: false, temporarySocketDirectory });
    }
    const retryPort = outcome === 'port_taken' && portIsOurs && attempt < FREE_PORT_ATTEMPTS;
    const retryLock = outcome === 'lock_held' && performance.now() < lockDeadline;
    if (!retryPort && !retryLock) throw startFailure(dataDirectory, postmaster);
    prepared.logger?.warn(
      { dataDirectory, reason: outcome },
      'PostgreSQL is not startable yet, trying again',
    );
    await delay(LOCK_RETRY_POLL_MS);
    prepared.signal?.throwIfAborted();
  }
}

async function chooseAddress(
  prepared: Prepared,
): Promise<{ target: ProbeTarget; commandLine: Settings; temporarySocketDirectory: string | undefined }> {
  const { listen, account, superuser, dataDirectory } = prepared;
  const port = await choosePort(listen);
  const password = readSuperuserPassword(dataDirectory);
  if (!isSocket(listen)) {
    return {
      target: { host: listen.host, port, superuser, password },
      commandLine: { listen_addresses: listen.host, unix_socket_directories: '', port },
      temporarySocketDirectory: undefined,
    };
  }
  const { directory, temporary } = fittingSocketDirectory(resolve(listen.socketDirectory), port);
  if (temporary) {
    const fields = { wanted: listen.socketDirectory, used: directory };
    prepared.logger?.warn(
      fields,
      'The path of the socket directory is too long for a unix socket, using a short one',
    );
  }
  ensurePrivateDirectory(directory, account);
  return {
    target: { host: directory, port, superuser, password },
    commandLine: {
      listen_addresses: '',
      unix_socket_directories: directory,
      unix_socket_permissions: '0700',
      port,
    },
    temporarySocketDirectory: temporary ? directory : undefined,
  };
}

async function waitUntilReady(
  prepared: Prepared,
  postmaster: Postmaster,
  target: ProbeTarget,
): Promise<Outcome> {
  const { dataDirectory, signal } = prepared;
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let lastError: unknown;
  while (performance.now() < deadline) {
    if (postmaster.hasExited()) return outcomeOfExit(dataDirectory, postmaster);
    try {
      await identifyServer(target);
      return 'ready';
    } catch (error) {
      lastError = error;
    }
    if (signal?.aborted) {
      await stopPostmaster(dataDirectory, postmaster, 'immediate');
      signal.throwIfAborted();
    }
    await delay(READY_POLL_MS);
  }
  await stopPostmaster(dataDirectory, postmaster, 'immediate');
  throw new FirebreakError(
    'postgres-failed',
    `PostgreSQL in ${dataDirectory} did not accept a connection within ${READY_TIMEOUT_MS / 1000} s ` +
      `(${lastError instanceof Error ? lastError.message : 'no answer'}). Its last log lines:\n` +
      logTail(logFile(dataDirectory), postmaster.logOffset),
    {
      hint: `Start again: a recovery that was under way goes on. The whole log is ${logFile(dataDirectory)}.`,
      cause: lastError,
    },
  );
}

function outcomeOfExit(dataDirectory: string, postmaster: Postmaster): Outcome {
  const log = logTail(logFile(dataDirectory), postmaster.logOffset);
  if (isLockHeld(log)) return 'lock_held';
  if (isPortTaken(log)) return 'port_taken';
  throw startFailure(dataDirectory, postmaster);
}

function startFailure(dataDirectory: string, postmaster: Postmaster): FirebreakError {
  const log = logTail(logFile(dataDirectory), postmaster.logOffset);
  return explainFailure(`PostgreSQL in ${dataDirectory} did not start`, log);
}
