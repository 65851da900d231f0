import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const LONGEST_MS = 300_000;
const STOP_MS = 30_000;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that goes on running. Disposing of it asks it to end, as a service manager does, and then ends what is left. */
export interface Running extends AsyncDisposable {
  /** Everything that it wrote. */
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  /** Asks it to end; the exit code, or the signal that ended it. @throws Error when it takes too long. */
  readonly stop: () => Promise<number | NodeJS.Signals>;
}

/** The folder of somebody who installs Firebreak, with the environment of a shell of theirs. */
export interface Home extends AsyncDisposable {
  readonly directory: string;
  readonly path: (name: string) => string;
  readonly write: (name: string, text: string) => string;
  /** Sets variables for everything that runs from now on, as `export` does. */
  readonly set: (variables: Readonly<Record<string, string>>) => void;
  /** Runs a program to its end, or ends it with the signal. @throws Error with what it wrote when its exit code is none of the expected, 0 unless told. */
  readonly run: (command: string, args: readonly string[], expected?: readonly number[]) => Promise<Ran>;
  /** `npx firebreak …`, as people call it. */
  readonly firebreak: (args: readonly string[], expected?: readonly number[]) => Promise<Ran>;
  /** Starts a program whose output goes to the file `<name>.log`. */
  readonly start: (
    name: string,
    command: string,
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => Running;
}

/** Makes an empty folder; it is removed when it is disposed of, unless `keep`. */
export function createHome({ keep, signal }: { keep: boolean; signal: AbortSignal }): Home {
  const directory = mkdtempSync(join(tmpdir(), 'firebreak-install-'));
  // Run by root, PostgreSQL takes another account, which has to get in.
  chmodSync(directory, 0o755);
  const env: Record<string, string> = bareEnvironment();
  const path = (name: string) => join(directory, name);
  const run: Home['run'] = async (command, args, expected = [0]) => {
    const ran = await runToEnd(command, args, { cwd: directory, env, signal });
    if (expected.includes(ran.code)) return ran;
    throw new Error(`${command} ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
  };
  return {
    directory,
    path,
    write(name, text) {
      writeFileSync(path(name), text, { mode: 0o600 });
      return path(name);
    },
    set: (variables) => void Object.assign(env, variables),
    run,
    firebreak: async (args, expected) => run('npx', ['--no', '--', 'firebreak', ...args], expected),
    start: (name, command, args, variables = {}) =>
      running(path(`${name}.log`), (output) =>
        spawn(command, args, {
          cwd: directory,
          env: { ...env, ...variables },
          stdio: ['ignore', output, output],
          // A group of its own: whatever it starts can be ended with it.
          detached: true,
        }),
      ),
    async [Symbol.asyncDispose]() {
      if (!keep) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The own environment without what npm put there for this script: that of a shell somewhere else. */
function bareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !/^(?:npm_(?:lifecycle|package)_|npm_config_local_prefix$|INIT_CWD$|NODE$|NODE_OPTIONS$)/.test(name),
  ) as [string, string][];
  const programs = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules') && !folder.includes('node-gyp-bin'));
  // What an administrator of Debian has on it too: PgBouncer is in /usr/sbin.
  return { ...Object.fromEntries(kept), PATH: [...programs, '/usr/sbin'].join(delimiter) };
}

async function runToEnd(
  command: string,
  args: readonly string[],
  { signal, ...options }: { cwd: string; env: Record<string, string>; signal: AbortSignal },
): Promise<Ran> {
  signal.throwIfAborted();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  // What it started ends with it: npx and npm are only in between.
  const stop = () => signalGroup(child, 'SIGTERM');
  limit.addEventListener('abort', stop, { once: true });
  try {
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    limit.throwIfAborted();
    return { code: code ?? 1, stdout, stderr };
  } finally {
    limit.removeEventListener('abort', stop);
  }
}

function running(log: string, spawned: (output: number) => ChildProcess): Running {
  const child = spawned(openSync(log, 'w', 0o600));
  let end: number | NodeJS.Signals | null = null;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => {
      end = code ?? signal ?? 1;
      resolve(end);
    });
    child.once('error', (error) => {
      writeFileSync(log, error.message, { flag: 'a' });
      end = 127;
      resolve(end);
    });
  });
  /** Asks it to end and waits; null when it takes too long. */
  async function askToEnd(): Promise<number | NodeJS.Signals | null> {
    child.kill('SIGTERM');
    const over = new AbortController();
    const tooLate = delay(STOP_MS, null, { signal: over.signal }).catch(() => null);
    const code = await Promise.race([ended, tooLate]);
    over.abort();
    return code;
  }
  return {
    output: () => readFileSync(log, 'utf8'),
    hasEnded: () => end !== null,
    async stop() {
      const code = await askToEnd();
      if (code === null) throw new Error(`It did not end within ${STOP_MS / 1000} s of SIGTERM.`);
      return code;
    },
    async [Symbol.asyncDispose]() {
      if (end === null) await askToEnd();
      signalGroup(child, 'SIGKILL');
    },
  };
}

/** To a process and all of its group that is left; a group without members is none. */
function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // All of it has ended.
  }
}
