import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { errorCodeOf } from '../../domain/errors.ts';

/** What came of a job. */
export interface JobEnd {
  /** As a shell gives it: 128 + n after signal n, 127 and 126 when it could not be started. */
  readonly exitCode: number;
  readonly seconds: number;
}

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** Runs a command in the place of this one: its streams, its signals, its exit code. */
export async function runJob(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<JobEnd> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn(program, args, { stdio: 'inherit', env: environment });
  // What a terminal sends goes to the whole group by itself.
  const forwarded = FORWARDED.filter((name) => !(process.stdin.isTTY && /INT|QUIT/.test(name)));
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const name of forwarded) process.on(name, forward);
  // A terminal's Ctrl-C must not end this process before its job has ended.
  const ignored = FORWARDED.filter((name) => !forwarded.includes(name));
  const ignore = () => {};
  for (const name of ignored) process.on(name, ignore);
  try {
    return await new Promise<JobEnd>((resolve, reject) => {
      child.once('error', (error) => {
        const code = errorCodeOf(error);
        if (code === 'ENOENT') resolve({ exitCode: 127, seconds: seconds() });
        else if (code === 'EACCES') resolve({ exitCode: 126, seconds: seconds() });
        else reject(error);
      });
      child.once('close', (code, signal) =>
        resolve({
          exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
          seconds: seconds(),
        }),
      );
    });
  } finally {
    for (const name of forwarded) process.off(name, forward);
    for (const name of ignored) process.off(name, ignore);
  }
}
