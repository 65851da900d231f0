import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FirebreakError } from '../../domain/errors.ts';
import { readSuperuserPassword } from './cluster.ts';
import { isPostgresAlive, type LockFile, readLockFile } from './lock-file.ts';
import { foreignPostmaster } from './postmaster.ts';
import { identifyServer, type ProbeTarget } from './probe.ts';
import { runningServer } from './running-server.ts';
import type { PostgresServer, StartPostgresOptions } from './server.ts';

const PATIENCE_MS = 60_000;
const POLL_MS = 100;
/** The lock file has whole seconds, taken a moment before the server's own start time. */
const START_TIME_TOLERANCE_S = 2;

/**
 * Takes over a server that runs in the data directory already, as after a kill -9 of our own process. It counts as
 * ours only when its process is alive, it lets the superuser in, and it names this data directory and the start time
 * of the lock file. Returns undefined when no server runs there. Nothing is written: whoever only looks must not come
 * between another process and the server that it is just starting.
 * @throws FirebreakError `state-busy` when one runs there that does not prove to be ours.
 */
export async function adoptRunningServer(
  options: StartPostgresOptions & { superuser: string },
): Promise<PostgresServer | undefined> {
  const { dataDirectory, superuser, signal } = options;
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    signal?.throwIfAborted();
    const lock = readLockFile(dataDirectory);
    if (lock === undefined || !isPostgresAlive(lock.pid, dataDirectory)) return undefined;
    const target = targetOf(lock, dataDirectory, superuser);
    const verdict = await verify(lock, target, dataDirectory);
    if (verdict === 'ours') {
      options.logger?.info(
        { pid: lock.pid, dataDirectory },
        'Took over the PostgreSQL server that was still running',
      );
      const postmaster = foreignPostmaster(lock.pid, dataDirectory);
      return runningServer({
        dataDirectory,
        target,
        postmaster,
        adopted: true,
        temporarySocketDirectory: undefined,
      });
    }
    if (verdict === 'foreign' || performance.now() > deadline) throw foreignServer(dataDirectory, lock.pid);
    await delay(POLL_MS);
  }
}

function targetOf(lock: LockFile, dataDirectory: string, superuser: string): ProbeTarget {
  const tcpHost = lock.listenAddress === '*' ? '127.0.0.1' : lock.listenAddress;
  return {
    host: tcpHost || lock.socketDirectory,
    port: lock.port,
    superuser,
    password: readSuperuserPassword(dataDirectory),
  };
}

async function verify(
  lock: LockFile,
  target: ProbeTarget,
  dataDirectory: string,
): Promise<'ours' | 'foreign' | 'unknown'> {
  try {
    const identity = await identifyServer(target);
    const sameDirectory = realpathSync(identity.dataDirectory) === realpathSync(dataDirectory);
    const sameStart = Math.abs(identity.startedAt - lock.startedAt) <= START_TIME_TOLERANCE_S;
    return sameDirectory && sameStart ? 'ours' : 'foreign';
  } catch {
    // It may still be recovering, or be on its way out: the lock file tells which at the next look.
    return 'unknown';
  }
}

function foreignServer(dataDirectory: string, pid: number): FirebreakError {
  return new FirebreakError(
    'state-busy',
    `A PostgreSQL (process ${pid}) already runs in ${dataDirectory}, but it does not let Firebreak in as the owner.`,
    { hint: 'Stop that process, or choose another directory.' },
  );
}
