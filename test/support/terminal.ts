import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export const ENTER = '\r';
export const DOWN = '\u001b[B';
export const CONTROL_C = '\u0003';

/** Firebreak in a pseudo-terminal, as a person at a keyboard has it. */
export interface TestTerminal extends AsyncDisposable {
  /** Everything that it wrote, without control sequences. */
  readonly text: () => string;
  /** What it wrote, as it was sent. */
  readonly raw: () => string;
  readonly press: (...keys: string[]) => void;
  /** Resolves when this stands in what was written since the last call of `see`; fails after a while. */
  readonly see: (what: string | RegExp) => Promise<void>;
  readonly exited: Promise<number | null>;
  readonly kill: () => void;
}

const PATIENCE_MS = 90_000;

/** `firebreak <args>` under script(1) of util-linux, which gives it a terminal of so many columns. */
export function startInTerminal(
  args: readonly string[],
  { env, columns = 80 }: { env: Readonly<Record<string, string>>; columns?: number },
): TestTerminal {
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const command = `stty cols ${columns} rows 40; exec ${words.join(' ')}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  let raw = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    raw += data;
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const text = () => stripVTControlCharacters(raw);
  const kill = () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const dispose = async () => {
    kill();
    await exited;
  };
  onTestFinished(dispose);
  return {
    text,
    raw: () => raw,
    press: (...keys) => {
      for (const key of keys) child.stdin.write(key);
    },
    async see(what) {
      const deadline = Date.now() + PATIENCE_MS;
      const pattern =
        typeof what === 'string' ? new RegExp(what.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')) : what;
      for (;;) {
        const found = pattern.exec(text().slice(seen));
        if (found !== null) {
          seen += found.index + found[0].length;
          return;
        }
        if (Date.now() > deadline)
          throw new Error(`The terminal did not show ${what}:\n${text().slice(seen)}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    exited,
    kill,
    [Symbol.asyncDispose]: dispose,
  };
}
