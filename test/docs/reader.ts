import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Reader {
  readonly directory: string;
  /** Types one line into a shell; what came of it. */
  readonly type: (line: string) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/** Somebody who types the commands of a page in a folder, where `firebreak` is installed. */
export function readerIn(directory: string, env: Readonly<Record<string, string>>): Reader {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const program = join(bin, 'firebreak');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  const environment = { ...process.env, ...env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  return {
    directory,
    async type(line) {
      const child = spawn('sh', ['-c', line], { cwd: directory, env: environment });
      child.stdin.end();
      const [stdout, stderr] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      return { exitCode: child.exitCode, stdout, stderr };
    },
  };
}
