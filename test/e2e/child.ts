import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** Firebreak as a process of its own, and what it starts and writes. */
export interface Child extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Resolves when the text stands in either output; fails when the process ends before, or after this many ms. */
  readonly said: (text: string | RegExp, timeoutMs?: number) => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** What Ctrl-C in a terminal does: SIGINT to the process and to all that are in its group. */
  readonly pressControlC: () => void;
  /** Command lines of processes that it started, at whatever depth, and that run after its end. */
  readonly leftProcesses: () => Promise<string[]>;
  /** What lies in the folder of its own for temporary files. */
  readonly leftFiles: () => string[];
}

/**
 * Starts `firebreak <args>` with a folder for temporary files of its own, and keeps an eye on its descendants. The
 * program is that of `src`, unless told otherwise.
 * Disposing of it ends whatever is left; the end of the test does so too, also when its time was over.
 */
export function startFirebreak(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = MAIN,
): Child {
  const temporary = mkdtempSync(join(tmpdir(), 'fb-e2e-'));
  // Run by root, PostgreSQL takes another account, which has to get in.
  chmodSync(temporary, 0o711);
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what a terminal sends to the group of the tests does not reach it.
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const family = watchFamily(child.pid ?? 0);
  let ended = false;
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      ended = true;
      family.stop();
      resolve(code);
    });
  });
  const alive = async () => {
    await family.stopped;
    const known = family.seen();
    return (await processes()).filter((process) => known.has(identityOf(process)));
  };
  let disposed: Promise<void> | undefined;
  const dispose = async () => {
    child.kill('SIGKILL');
    await exited;
    for (const { pid } of await alive()) kill(pid);
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  };
  const disposeOnce = async () => (disposed ??= dispose());
  onTestFinished(disposeOnce);
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    async said(text, timeoutMs = 90_000) {
      const deadline = Date.now() + timeoutMs;
      const holds = () => {
        const all = `${stdout}\n${stderr}`;
        return typeof text === 'string' ? all.includes(text) : text.test(all);
      };
      while (!holds()) {
        if (ended || Date.now() > deadline) {
          throw new Error(
            `Firebreak ${ended ? 'ended and' : 'still'} did not say ${text}:\n${stdout}\n${stderr}`,
          );
        }
        await delay(20);
      }
    },
    signal: (name) => void child.kill(name),
    pressControlC: () => void process.kill(-(child.pid ?? Number.NaN), 'SIGINT'),
    leftProcesses: async () => (await alive()).map(({ pid, command }) => `${pid} ${command}`),
    leftFiles: () => readdirSync(temporary),
    [Symbol.asyncDispose]: disposeOnce,
  };
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
  readonly command: string;
}

/** Collects all descendants of a process while it runs; one that lives shorter than the pause may be missed. */
function watchFamily(root: number) {
  const seen = new Set<string>();
  const pids = new Set([root]);
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      for (const process of await processes()) {
        if (!pids.has(process.pid) && !pids.has(process.parent)) continue;
        pids.add(process.pid);
        seen.add(identityOf(process));
      }
      await delay(300, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    seen: () => seen,
    stop: () => stopped.abort(),
    stopped: watching,
  };
}

/** Every process of this machine, but zombies: their parents are gone, and so are they. */
async function processes(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,lstart=,args='], {
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line);
    const [, pid, parent, stat, started = '', command = ''] = found ?? [];
    return pid === undefined || stat?.startsWith('Z') === true
      ? []
      : [{ pid: Number(pid), parent: Number(parent), started, command }];
  });
}

/** A process id is used again; with the second of its start it names one process. */
function identityOf({ pid, started }: Process): string {
  return `${pid} ${started}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
