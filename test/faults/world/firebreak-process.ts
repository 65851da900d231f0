import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const SOURCES = join(import.meta.dirname, '..', '..', '..', 'src');
const Running = z.looseObject({ http: z.string(), instance: z.string() });

export interface StartOptions {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Modules that are loaded before the program, as with `node --import`. */
  readonly preload?: readonly string[];
  /** The folder of the sources; the project's own unless it is another version. */
  readonly sources?: string;
  /** Compiled code is kept here, so that the next start takes half the time. */
  readonly cacheDirectory: string;
}

/** `firebreak serve` as a process of its own. Disposing of it kills it. */
export interface FirebreakProcess extends AsyncDisposable {
  readonly pid: number;
  /** Its name in the journal, once it is running; null before. */
  readonly instance: () => string | null;
  /** Where alerts come in, once it is running; null before and after. */
  readonly httpUrl: () => string | null;
  /** When it said that it runs, in milliseconds of the epoch; null before. */
  readonly runningSince: () => number | null;
  /** `running` when it has said so, `ended` when it ended before. Rejects after two minutes. */
  readonly started: () => Promise<'running' | 'ended'>;
  readonly isRunning: () => boolean;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Everything that it wrote. */
  readonly output: () => string;
}

const START_MS = 120_000;

export function startProcess({
  configFile,
  env,
  preload = [],
  sources = SOURCES,
  cacheDirectory,
}: StartOptions) {
  const imports = preload.flatMap((path) => ['--import', path]);
  const child = spawn(
    process.execPath,
    [...imports, join(sources, 'main.ts'), 'serve', '--config', configFile],
    {
      env: { ...process.env, ...env, NODE_COMPILE_CACHE: cacheDirectory },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let unread = '';
  let httpUrl: string | null = null;
  let instance: string | null = null;
  let runningSince: number | null = null;
  let over = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    unread += text;
    const end = unread.lastIndexOf('\n') + 1;
    const line = unread
      .slice(0, end)
      .split('\n')
      .find((candidate) => candidate.includes('Firebreak is running'));
    unread = unread.slice(end);
    if (line !== undefined) {
      ({ http: httpUrl, instance } = Running.parse(JSON.parse(line)));
      runningSince = Date.now();
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exited = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      over = true;
    });
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const firebreak: FirebreakProcess = {
    pid: child.pid ?? 0,
    instance: () => instance,
    runningSince: () => runningSince,
    httpUrl: () => (over ? null : httpUrl),
    async started() {
      const deadline = Date.now() + START_MS;
      while (httpUrl === null && !over) {
        if (Date.now() > deadline) throw new Error(`Firebreak did not start in time:\n${output}`);
        await delay(10);
      }
      return httpUrl === null ? 'ended' : 'running';
    },
    isRunning: () => !over,
    exited,
    kill: (signal) => void child.kill(signal),
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
  return firebreak;
}
