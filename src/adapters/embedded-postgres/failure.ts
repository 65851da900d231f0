import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type ErrorCode, FirebreakError } from '../../domain/errors.ts';

const TAIL_BYTES = 4096;

/** What to do when the embedded binaries cannot be executed. */
export const NEEDS_GLIBC =
  'The embedded binaries need glibc; on other systems give the URL of an external PostgreSQL server.';

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
export function explainFailure(what: string, log: string): FirebreakError {
  const { code, reason, hint } = classify(log);
  return new FirebreakError(code, `${what}${reason}. Its last log lines:\n${log || '(no log lines)'}`, {
    hint,
  });
}

interface Explanation {
  readonly code: ErrorCode;
  /** Follows what went wrong; empty when only the log knows. */
  readonly reason: string;
  readonly hint: string;
}

function classify(log: string): Explanation {
  if (isLockHeld(log)) {
    return {
      code: 'state-busy',
      reason: ': another PostgreSQL still uses this data directory',
      hint: 'Stop that PostgreSQL first, or choose another directory.',
    };
  }
  if (
    /shared memory|shmget|semget|semaphore/.test(log) &&
    /FATAL|could not|No space|Cannot allocate/.test(log)
  ) {
    return {
      code: 'shared-memory',
      reason: ': the system refused shared memory',
      hint: 'Raise the limit (for a container: --shm-size=256m).',
    };
  }
  if (/No space left on device|Disk quota exceeded/.test(log)) {
    return {
      code: 'disk-full',
      reason: ': the disk of the data directory is full',
      hint: 'Free some space and start again.',
    };
  }
  if (isPortTaken(log)) {
    return {
      code: 'port-taken',
      reason: ': its port is taken by another server',
      hint: 'Choose another port, or 0 for a free one.',
    };
  }
  if (/error while loading shared libraries|cannot execute|GLIBC/.test(log)) {
    return {
      code: 'postgres-binaries',
      reason: ': its binaries do not run on this system',
      hint: NEEDS_GLIBC,
    };
  }
  return {
    code: 'postgres-failed',
    reason: '',
    hint: 'Mend what the last log lines name, then start again.',
  };
}
