import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FirebreakError } from '../../domain/errors.ts';
import type { Account } from './account.ts';
import type { Settings } from './configuration.ts';
import { endsWithProcess } from './ends-with-process.ts';
import { NEEDS_GLIBC } from './failure.ts';
import { isPostgresAlive } from './lock-file.ts';

const MAX_LOG_BYTES = 16 * 1024 * 1024;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** The file that receives the server's log. */
export function logFile(dataDirectory: string): string {
  return join(dataDirectory, 'postgresql.log');
}

/** A started postmaster process of ours. */
export interface Postmaster {
  readonly pid: number;
  /** Size of the log file before this start, in bytes: what follows belongs to this start. */
  readonly logOffset: number;
  /** True once the process has ended. */
  readonly hasExited: () => boolean;
}

/**
 * Starts the postgres program. It gets a session of its own, so that Ctrl-C in a terminal reaches only Firebreak,
 * which then stops it in order, and a log file instead of a pipe, so that it survives a kill -9 of Firebreak. When
 * Firebreak ends by itself without having stopped it, it ends too.
 */
export async function spawnPostmaster(
  postgres: string,
  options: { dataDirectory: string; commandLine: Settings; account: Account | undefined },
): Promise<Postmaster> {
  const path = logFile(options.dataDirectory);
  rotate(path);
  const log = openSync(path, 'a', 0o600);
  const { account } = options;
  if (account) chownSync(path, account.uid, account.gid);
  const logOffset = statSync(path).size;
  const args = Object.entries(options.commandLine).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  try {
    const child = spawn(postgres, ['-D', options.dataDirectory, ...args], {
      ...identity,
      cwd: '/',
      env: { LC_ALL: 'C' },
      detached: true,
      stdio: ['ignore', log, log],
    });
    const pid = await spawned(child, postgres);
    child.unref();
    const hasExited = () => child.exitCode !== null || child.signalCode !== null;
    endsWithProcess({ pid, hasExited }, 'SIGQUIT');
    return { pid, logOffset, hasExited };
  } finally {
    closeSync(log);
  }
}

/** Stops the postmaster and waits until it has gone; does nothing when it has gone already. */
export async function stopPostmaster(
  dataDirectory: string,
  postmaster: Pick<Postmaster, 'pid' | 'hasExited'>,
  mode: 'fast' | 'immediate',
): Promise<void> {
  for (const signal of mode === 'fast' ? (['SIGINT', 'SIGQUIT'] as const) : (['SIGQUIT'] as const)) {
    if (postmaster.hasExited()) return;
    signalPostmaster(postmaster.pid, signal);
    if (await waitUntilGone(postmaster, STOP_TIMEOUT_MS)) return;
  }
  throw new FirebreakError(
    'postgres-failed',
    `PostgreSQL (process ${postmaster.pid}) in ${dataDirectory} did not stop in time.`,
    { hint: `Look into ${logFile(dataDirectory)} for what keeps it; the next start takes it over.` },
  );
}

/** Handle of a postmaster that another process started. */
export function foreignPostmaster(pid: number, dataDirectory: string): Pick<Postmaster, 'pid' | 'hasExited'> {
  return { pid, hasExited: () => !isPostgresAlive(pid, dataDirectory) };
}

async function waitUntilGone(postmaster: Pick<Postmaster, 'hasExited'>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!postmaster.hasExited()) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function signalPostmaster(pid: number, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this moment, which is what the signal is for.
  }
}

function rotate(path: string): void {
  try {
    if (statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  } catch {
    // No log yet.
  }
}

function spawned(child: ChildProcess, postgres: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (cause) =>
      reject(
        new FirebreakError('postgres-binaries', `${postgres} cannot be executed: ${cause.message}.`, {
          hint: NEEDS_GLIBC,
          cause,
        }),
      ),
    );
  });
}
