import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './errors.ts';

const TAIL_BYTES = 4096;

/** The last lines of a log file from `offset` bytes on, or an empty string when there is no such file. */
export function logTail(path: string, offset = 0): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(file).size;
    const from = Math.max(offset, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    readSync(file, buffer, 0, buffer.length, from);
    return buffer.toString('utf8').trim();
  } finally {
    closeSync(file);
  }
}

/** True when another postmaster, or the shared memory of one that just died, still holds the data directory. */
export function isLockHeld(log: string): boolean {
  return /lock file "postmaster\.pid" already exists|pre-existing shared memory block .* still in use/.test(
    log,
  );
}

/** True when the TCP port, or the socket file of that port, belongs to another server. */
export function isPortTaken(log: string): boolean {
  return /could not bind .*Address already in use|lock file ".*\.s\.PGSQL\.\d+\.lock" already exists/.test(
    log,
  );
}

/** Turns the log of a PostgreSQL that did not start into an error that says what to do next. */
export function explainFailure(
  what: string,
  log: string,
  fallback: EmbeddedPostgresErrorCode,
): EmbeddedPostgresError {
  const [code, advice] = classify(log, fallback);
  return new EmbeddedPostgresError(
    code,
    `${what}: ${advice} Its last log lines:\n${log || '(no log lines)'}`,
  );
}

function classify(log: string, fallback: EmbeddedPostgresErrorCode): [EmbeddedPostgresErrorCode, string] {
  if (
    /shared memory|shmget|semget|semaphore/.test(log) &&
    /FATAL|could not|No space|Cannot allocate/.test(log)
  ) {
    if (isLockHeld(log))
      return ['already_running', 'another PostgreSQL still uses this data directory; stop it first.'];
    return [
      'shared_memory',
      'the system refused shared memory; raise the limit (for a container: --shm-size=256m).',
    ];
  }
  if (/No space left on device|Disk quota exceeded/.test(log)) {
    return ['disk_full', 'the disk of the data directory is full; free some space and start again.'];
  }
  if (isLockHeld(log)) {
    return ['already_running', 'another PostgreSQL still uses this data directory; stop it first.'];
  }
  if (isPortTaken(log))
    return ['port_taken', 'its port is taken by another server; choose another port, or 0 for a free one.'];
  if (/error while loading shared libraries|cannot execute|GLIBC/.test(log)) {
    return [
      'binaries_missing',
      'its binaries do not run on this system (they need glibc); use an external server by URL.',
    ];
  }
  return [fallback, 'see its log.'];
}
