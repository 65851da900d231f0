import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Lets a process, and all it starts from now on, run on at most `cpus` processors, as a container's limit would: so the
 * drill is as deep on a big machine as on a small one. It needs `taskset` (Linux); without it nothing is limited.
 * @returns how many processors the process may use.
 */
export async function limitCpus(pid: number, cpus: number): Promise<number> {
  try {
    const { stdout } = await run('taskset', ['--cpu-list', '--pid', String(pid)]);
    const allowed = parseCpuList(stdout.slice(stdout.lastIndexOf(':') + 1));
    if (allowed.length <= cpus) return allowed.length;
    await run('taskset', ['--cpu-list', '--pid', allowed.slice(0, cpus).join(','), String(pid)]);
    return cpus;
  } catch {
    return availableParallelism();
  }
}

/** Reads the kernel's list format: "0-3,8" is 0, 1, 2, 3, 8. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
