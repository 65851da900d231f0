import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Reader {
  readonly directory: string;
  /** What is set in their shell, with what they have exported since. */
  readonly env: Readonly<Record<string, string>>;
  /** Types one line into a shell; what came of it. */
  readonly type: (line: string) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/** Somebody who types the commands of a page in a folder, where `firebreak` is installed. */
export function readerIn(directory: string, given: Readonly<Record<string, string>> = {}): Reader {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const program = join(bin, 'firebreak');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  const env: Record<string, string> = { ...given, PATH: `${bin}:${process.env.PATH ?? ''}` };
  return {
    directory,
    env,
    async type(line) {
      // Each line has a shell of its own: what one exports is carried over to the next.
      const exports = line.startsWith('export ');
      const script = exports ? `${line}\nenv --null` : line;
      const child = spawn('sh', ['-c', script], { cwd: directory, env: { ...process.env, ...env } });
      child.stdin.end();
      const [stdout, stderr] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      if (exports) Object.assign(env, Object.fromEntries(stdout.split('\0').map(variable)));
      return { exitCode: child.exitCode, stdout, stderr };
    },
  };
}

function variable(text: string): [string, string] {
  const [name = ''] = text.split('=', 1);
  return [name, text.slice(name.length + 1)];
}
