import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { adoptRunningServer } from '../adapters/embedded-postgres/adoption.ts';
import { errorCodeOf } from '../domain/errors.ts';

const run = promisify(execFile);

/** Folders of drills begin with this, in the system's folder for temporary files. */
export const DRILL_PREFIX = 'firebreak-drill-';

const OWNER = 'owner.pid';
/** Where a PgBouncer of a drill notes its process. */
export const PGBOUNCER_PID = 'pgbouncer.pid';
/** Firebreak's own embedded state, whose superuser has another name than that of the servers that are broken. */
const STATE = join('state', 'postgres');
/** Servers lie at most this deep in the folder of a drill. */
const DEPTH = 3;

/** Notes that the folder belongs to this process. */
export async function claimFolder(directory: string): Promise<void> {
  await writeFile(join(directory, OWNER), String(process.pid));
}

/**
 * Stops the servers and removes the folders of drills whose process was killed before it could clean up.
 * Answers how many there were. What cannot be removed is logged and left.
 */
export async function removeLeftovers(logger: Logger): Promise<number> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(DRILL_PREFIX));
  let removed = 0;
  for (const directory of names.map((name) => join(tmpdir(), name))) {
    const owner = Number(await readFile(join(directory, OWNER), 'utf8').catch(() => 'NaN'));
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    try {
      await stopPoolers(directory);
      await stopServers(directory);
      await rm(directory, { recursive: true, force: true });
      removed += 1;
    } catch (error) {
      logger.warn({ err: error, directory }, 'the folder of an earlier drill could not be removed');
    }
  }
  return removed;
}

/** A standby is stopped before its primary, which would wait for it. */
async function stopServers(directory: string): Promise<void> {
  const found = (await filesNamed('postmaster.pid', directory, DEPTH)).map(dirname);
  for (const dataDirectory of found.sort(
    (a, b) => Number(b.endsWith('replica')) - Number(a.endsWith('replica')),
  )) {
    const superuser = relative(directory, dataDirectory) === STATE ? 'firebreak' : 'postgres';
    const server = await adoptRunningServer({ dataDirectory, superuser, listen: { host: '127.0.0.1' } });
    await server?.stop('immediate');
  }
}

/** A process id is used again: only a process whose command line names the folder is ended. */
async function stopPoolers(directory: string): Promise<void> {
  for (const file of await filesNamed(PGBOUNCER_PID, directory, DEPTH)) {
    const pid = Number(await readFile(file, 'utf8'));
    const told = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    if (Number.isInteger(pid) && told.stdout.includes(dirname(file))) process.kill(pid, 'SIGKILL');
  }
}

async function filesNamed(name: string, directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const here = entries.filter((entry) => entry.isFile() && entry.name === name);
  const below = depth === 0 || here.length > 0 ? [] : entries.filter((entry) => entry.isDirectory());
  const deeper = await Promise.all(
    below.map(async (entry) => filesNamed(name, join(directory, entry.name), depth - 1)),
  );
  return [...here.map(() => join(directory, name)), ...deeper.flat()];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
}
