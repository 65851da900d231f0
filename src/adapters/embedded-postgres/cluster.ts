import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirebreakError } from '../../domain/errors.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { writeOwned } from './configuration.ts';
import { chownTree } from './directories.ts';
import { endsWithProcess } from './ends-with-process.ts';
import { explainFailure } from './failure.ts';

/** Before it there is only the locale of the system; https://www.postgresql.org/docs/17/locale.html. */
const BUILTIN_LOCALE_SINCE = 17;

/** PostgreSQL writes this file each time a server starts in the directory, and leaves it there. */
const WRITTEN_AT_START = 'postmaster.opts';

const PASSWORD_FILE = 'firebreak-superuser-password';

interface ClusterOptions {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly superuser: string;
  /** Aborting it ends the creation; what is there of it by then is removed by the next one. */
  readonly signal: AbortSignal | undefined;
}

/** Makes sure that the existing directory `dataDirectory` holds a database cluster of our major version; creates one when it is empty. */
export async function ensureCluster(dataDirectory: string, options: ClusterOptions): Promise<void> {
  if (existsSync(unfinishedMark(dataDirectory))) startOver(dataDirectory);
  const version = readVersion(dataDirectory);
  if (version === undefined) {
    refuseForeignFiles(dataDirectory);
    await whileMarkedUnfinished(dataDirectory, () => createCluster(dataDirectory, options));
  } else if (version !== options.binaries.majorVersion) {
    throw new FirebreakError(
      'state-version',
      `${dataDirectory} belongs to PostgreSQL ${version}, and this Firebreak brings PostgreSQL ` +
        `${options.binaries.majorVersion}, which cannot open it.`,
      {
        hint:
          'Take "firebreak state backup FILE" with the Firebreak that wrote it, move the directory away, ' +
          'and write it into a new one with "firebreak state restore FILE". docs/backup.md has the steps.',
      },
    );
  }
}

/** Runs `work` with a mark beside the directory, so that a kill in the middle is noticed at the next start. */
export async function whileMarkedUnfinished(dataDirectory: string, work: () => Promise<void>): Promise<void> {
  const mark = unfinishedMark(dataDirectory);
  try {
    writeFileSync(
      mark,
      'This database directory is being created; without its creator it is deleted at the next start.\n',
    );
  } catch (cause) {
    throw new FirebreakError(
      'directory-unusable',
      `The parent directory of ${dataDirectory} is not writable, and a database is created in it.`,
      { hint: 'Give the user of the process the right to write there, or choose another directory.', cause },
    );
  }
  await work();
  rmSync(mark, { force: true });
}

/** The superuser's password, kept in the data directory (mode 0600) for connections over TCP. */
export function readSuperuserPassword(dataDirectory: string): string | undefined {
  try {
    return readFileSync(join(dataDirectory, PASSWORD_FILE), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** True when the data directory holds a database cluster. */
export function hasCluster(dataDirectory: string): boolean {
  return readVersion(dataDirectory) !== undefined && !existsSync(unfinishedMark(dataDirectory));
}

function readVersion(dataDirectory: string): string | undefined {
  const path = join(dataDirectory, 'PG_VERSION');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

function unfinishedMark(dataDirectory: string): string {
  return `${dataDirectory}.unfinished`;
}

/** Removes what a creation left that did not end. A server has run on a finished one only: there the mark came back with a power cut. */
function startOver(dataDirectory: string): void {
  if (existsSync(join(dataDirectory, WRITTEN_AT_START))) {
    rmSync(unfinishedMark(dataDirectory), { force: true });
    return;
  }
  for (const name of readdirSync(dataDirectory))
    rmSync(join(dataDirectory, name), { recursive: true, force: true });
}

function refuseForeignFiles(dataDirectory: string): void {
  const names = readdirSync(dataDirectory);
  if (names.length === 0) return;
  throw new FirebreakError(
    'directory-unusable',
    `${dataDirectory} is neither empty nor a PostgreSQL data directory (it contains ${names.slice(0, 3).join(', ')}).`,
    { hint: 'Choose an empty directory.' },
  );
}

async function createCluster(dataDirectory: string, options: ClusterOptions): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'firebreak-initdb-'));
  try {
    const password = randomBytes(24).toString('base64url');
    const passwordFile = join(scratch, 'password');
    writeOwned(passwordFile, `${password}\n`, options.account);
    if (options.account) chownTree(scratch, options.account);
    await runInitdb(dataDirectory, passwordFile, options);
    writeOwned(join(dataDirectory, PASSWORD_FILE), `${password}\n`, options.account);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function runInitdb(
  dataDirectory: string,
  passwordFile: string,
  { binaries, account, superuser, signal }: ClusterOptions,
): Promise<void> {
  const args = [
    `--pgdata=${dataDirectory}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    ...(Number(binaries.majorVersion) >= BUILTIN_LOCALE_SINCE
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : []),
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
    '--no-instructions',
  ];
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  const child = spawn(binaries.initdb, args, {
    ...identity,
    cwd: '/',
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: it is ended together with the servers that it runs meanwhile.
    detached: true,
  });
  const { pid } = child;
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-4096);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    const fail = (text: string): void =>
      reject(explainFailure(`The database in ${dataDirectory} could not be created`, text));
    const hasExited = () => child.exitCode !== null || child.signalCode !== null;
    // Told to end it removes what it has made.
    const stop = (): void => {
      if (pid !== undefined && !hasExited()) process.kill(-pid, 'SIGTERM');
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (pid !== undefined) endsWithProcess({ pid: -pid, hasExited }, 'SIGKILL');
    child.once('error', (error) => fail(`cannot execute ${binaries.initdb}: ${error.message}`));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted === true) reject(signal.reason);
      else if (code === 0) resolve();
      else fail(output.trim());
    });
  });
}
