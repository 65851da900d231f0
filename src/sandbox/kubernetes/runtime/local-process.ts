import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ContainerExit, PodProgram, RunningContainer } from './pod-runtime.ts';

const KEPT_OUTPUT = 65_536;

/**
 * Starts a program in a process group of its own. Its standard input is a pipe that ends when the sandbox's process
 * dies, however that happens: a program should exit when its standard input ends.
 */
export function startProcess({ command, args, env }: PodProgram): RunningContainer {
  const child = spawn(command, args, { env, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  const output = collectOutput(child);
  let kill: NodeJS.Timeout | undefined;
  let ended = false;
  const exited = new Promise<ContainerExit>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: 128, problem: error.message }));
    child.once('exit', (code, signal) => {
      signalGroup(child, 'SIGKILL');
      resolve({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) });
    });
  }).finally(() => {
    ended = true;
    clearTimeout(kill);
  });
  return {
    id: `process://${child.pid ?? 0}`,
    exited,
    output,
    terminate(graceMs) {
      if (ended) return;
      if (graceMs > 0) signalGroup(child, 'SIGTERM');
      clearTimeout(kill);
      if (graceMs > 0) kill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      else signalGroup(child, 'SIGKILL');
    },
  };
}

function collectOutput({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-KEPT_OUTPUT);
    });
  }
  return () => text;
}

/** Signals a whole process group; a group that is gone already is fine. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: every process of the group has ended.
  }
}
