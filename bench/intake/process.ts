import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { env as inherited } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

/** A system under test as a process of its own, with what it wrote. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  output(): string;
  /** Resolves when the text stands in the output; throws when the process ends before, or after a minute. */
  said(text: string): Promise<void>;
}

export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child: ChildProcess = spawn(command, [...args], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async said(text) {
      const deadline = Date.now() + 60_000;
      while (!output.includes(text)) {
        if (isOver() || Date.now() > deadline)
          throw new Error(`${command} did not say "${text}":\n${output}`);
        await delay(20);
      }
    },
    async [Symbol.asyncDispose]() {
      if (isOver()) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}
