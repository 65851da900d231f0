import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../../domain/errors.ts';

/**
 * What a running postmaster writes into `postmaster.pid` in its data directory
 * (https://www.postgresql.org/docs/current/storage-file-layout.html).
 */
export interface LockFile {
  readonly pid: number;
  readonly dataDirectory: string;
  /** Start of the postmaster in seconds since 1970. */
  readonly startedAt: number;
  readonly port: number;
  /** Empty when the server listens on no unix socket. */
  readonly socketDirectory: string;
  /** Empty when the server listens on no TCP address. */
  readonly listenAddress: string;
}

/** Reads the lock file of a data directory; undefined when there is none or it is not complete yet. */
export function readLockFile(dataDirectory: string): LockFile | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [pid, directory, startedAt, port, socketDirectory, listenAddress] = lines;
  if (!Number(pid) || !directory || !Number(startedAt) || !Number(port)) return undefined;
  return {
    pid: Number(pid),
    dataDirectory: directory,
    startedAt: Number(startedAt),
    port: Number(port),
    socketDirectory: socketDirectory ?? '',
    listenAddress: listenAddress ?? '',
  };
}

/**
 * True when a process with this id runs and is, as far as the system tells, a PostgreSQL of this data directory; a zombie
 * does not count. Process ids are given out again, above all after a reboot: one of another server is none of ours.
 */
export function isPostgresAlive(pid: number, dataDirectory: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCodeOf(error) !== 'EPERM') return false;
  }
  const stat = procStat(pid);
  if (stat === undefined) return true;
  return stat.name === 'postgres' && stat.state !== 'Z' && worksIn(pid, dataDirectory) !== false;
}

/** Every process of a server works in its data directory. Undefined when the system does not tell. */
function worksIn(pid: number, directory: string): boolean | undefined {
  try {
    const [own, wanted] = [statSync(`/proc/${pid}/cwd`), statSync(directory)];
    return own.dev === wanted.dev && own.ino === wanted.ino;
  } catch {
    return undefined;
  }
}

/**
 * Lets PostgreSQL treat the lock files of a postmaster that is gone as stale, also when its process id belongs to
 * something else by now or is that of a zombie: the one in the data directory, and the one beside its socket. The id is
 * replaced by our own, which a postmaster started by us ignores (it is its parent), instead of deleting the file: so it
 * still checks that no old backend is attached to the shared memory named there.
 */
export function disownStaleLocks(dataDirectory: string): void {
  const lock = readLockFile(dataDirectory);
  if (lock === undefined || isPostgresAlive(lock.pid, dataDirectory)) return;
  const { pid, socketDirectory, port } = lock;
  disown(join(dataDirectory, 'postmaster.pid'), pid);
  if (socketDirectory !== '') disown(join(socketDirectory, `.s.PGSQL.${port}.lock`), pid);
}

/** A lock file that names another process is left alone: it is not of that postmaster. */
function disown(path: string, pid: number): void {
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch {
    return;
  }
  if (Number(lines[0]) !== pid) return;
  writeFileSync(path, [String(process.pid), ...lines.slice(1)].join('\n'));
}

function procStat(pid: number): { name: string; state: string } | undefined {
  try {
    const match = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return match ? { name: match[1] ?? '', state: match[2] ?? '' } : undefined;
  } catch {
    return undefined;
  }
}
