import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { adoptRunningServer } from '../adapters/embedded-postgres/adoption.ts';
import { errorCodeOf } from '../domain/errors.ts';

/** Folders of drills begin with this, in the system's folder for temporary files. */
export const DRILL_PREFIX = 'firebreak-drill-';

const OWNER = 'owner.pid';

/** The servers that a drill may have left running in its folder. */
const SERVERS = [
  { path: ['victim', 'replica'], superuser: 'postgres' },
  { path: ['victim', 'primary'], superuser: 'postgres' },
  { path: ['state', 'postgres'], superuser: 'firebreak' },
] as const;

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
      await stopServers(directory);
      await rm(directory, { recursive: true, force: true });
      removed += 1;
    } catch (error) {
      logger.warn({ err: error, directory }, 'the folder of an earlier drill could not be removed');
    }
  }
  return removed;
}

async function stopServers(directory: string): Promise<void> {
  for (const { path, superuser } of SERVERS) {
    const server = await adoptRunningServer({
      dataDirectory: join(directory, ...path),
      superuser,
      listen: { host: '127.0.0.1' },
    });
    await server?.stop('immediate');
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
}
