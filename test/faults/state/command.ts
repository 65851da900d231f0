import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Installation } from '../../support/rig/install.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

/** Runs a command of Firebreak with the configuration of a scene. */
export async function firebreakCommand(
  { configFile, env }: Installation,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, ...args, '--config', configFile], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const output = `${await text(child.stdout)}${await text(child.stderr)}`;
  await exited;
  return { code: child.exitCode, output };
}
