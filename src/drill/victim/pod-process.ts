import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Name of a program in the `pods` folder. */
export type PodProgram = 'order-service' | 'report-generator';

const STDERR_TAIL_CHARS = 2000;
const KILL_AFTER_MS = 2000;

/** A program of the drill that runs as a process of its own, as a container would. */
export interface PodProcess extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended. `errors` is the tail of its stderr. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>;
  /** Sends SIGTERM, after two seconds SIGKILL, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Path of a pod's program, for whoever runs it as a container of the sandbox. */
export function podProgramPath(program: PodProgram): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../pods/${program}.${extension}`, import.meta.url));
}

/** Starts a pod's program with exactly this environment; each line of its stdout goes to `onLine`. */
export function startPodProcess(
  program: PodProgram,
  env: Readonly<Record<string, string | undefined>>,
  onLine: (line: string) => void,
): PodProcess {
  const child = spawn(process.execPath, [podProgramPath(program)], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stdin.on('error', () => {});
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-STDERR_TAIL_CHARS);
  });
  readLines(child, onLine);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>(
    (resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, errors: error.message }));
      child.once('close', (code, signal) => resolve({ code, signal, errors: errors.trim() }));
    },
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await exited.finally(() => clearTimeout(killer));
  };
  return { pid: child.pid ?? 0, exited, stop, [Symbol.asyncDispose]: stop };
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
