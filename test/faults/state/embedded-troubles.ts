import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withSession } from '../../../src/drill/victim/connection.ts';
import { temporaryDirectory } from '../../support/rig/temporary-directory.ts';
import type { Scene } from '../world/scene.ts';
import { embeddedServer } from '../world/state-of-lane.ts';
import type { Trouble } from './in-trouble.ts';

const run = promisify(execFile);
const MEGABYTE = Buffer.alloc(1024 * 1024);

/** The embedded server gets a signal from somebody else; it is nobody's but Firebreak's to start it again. */
export function embeddedSignalled(scene: Scene, signal: 'SIGKILL' | 'SIGINT'): Trouble {
  return {
    away: false,
    async begin() {
      const pidFile = join(scene.installation.directory, 'state', 'postgres', 'postmaster.pid');
      process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), signal);
    },
    end: async () => undefined,
  };
}

/** Whether this process may mount; what needs it is left out elsewhere, with a word. */
export async function canMount(): Promise<boolean> {
  const directory = temporaryDirectory();
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]).then(
    () => true,
    () => false,
  );
  if (mounted) await run('umount', [directory]);
  await rm(directory, { recursive: true });
  return mounted;
}

/**
 * Moves the embedded state to a small disk of its own, before Firebreak starts. A full disk still has room in the files
 * that are there, so that some things can be recorded; `toTheEnd` uses that up until the server gives up.
 */
export async function onSmallDisk(
  scene: Scene,
  stack: AsyncDisposableStack,
  toTheEnd: boolean,
): Promise<Trouble> {
  const state = join(scene.installation.directory, 'state');
  const filler = join(state, 'filler');
  await run('mv', [state, `${state}.moved`]);
  await run('mkdir', ['-m', '711', state]);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=711', 'tmpfs', state]);
  stack.defer(async () => {
    await Promise.all(scene.running().map(async (process) => process[Symbol.asyncDispose]()));
    await scene.killState();
    await run('umount', ['--lazy', state]);
  });
  await run('cp', ['-a', join(`${state}.moved`, 'postgres'), state]);
  return {
    away: toTheEnd,
    ...(toTheEnd ? {} : { late: [202, 503] }),
    lastsMs: 3_000,
    async begin() {
      await fill(filler);
      if (toTheEnd) await useUp(state);
    },
    end: async () => rm(filler),
  };
}

/** Writes until nothing fits any more. */
async function fill(path: string): Promise<void> {
  for (let size = MEGABYTE; size.length > 0; size = size.subarray(0, Math.floor(size.length / 4))) {
    for (;;) {
      const written = await writeFile(path, size, { flag: 'a' }).then(
        () => true,
        () => false,
      );
      if (!written) break;
    }
  }
}

/** Writes into the database until its server cannot write its log any more. */
async function useUp(directory: string): Promise<void> {
  const server = await embeddedServer(directory);
  if (server === null) throw new Error('The embedded state does not run.');
  const url = server.url();
  const message = "select pg_logical_emit_message(false, 'junk', repeat('x', 1000000))";
  for (;;) {
    const written = await withSession(url, async (session) => session.query(message)).then(
      () => true,
      () => false,
    );
    if (!written) return;
  }
}
