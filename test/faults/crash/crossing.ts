import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The variable with which the driver tells the process what to do. */
export const ORDERS = 'FIREBREAK_CRASH_ORDERS';

/** What the process under test does at its boundaries. */
export const Orders = z.object({
  /** Every crossing is written down here, a line of JSON for each. */
  record: z.string(),
  /** Where it dies, or null to live. */
  kill: z
    .object({
      name: z.string(),
      side: z.enum(['before', 'during', 'after']),
      /** The how many-th crossing of that name and side, from 1. */
      nth: z.int().positive(),
      /** A file that whoever dies makes: of the processes with these orders one dies. */
      mark: z.string(),
      /** Data folder of the embedded server that dies at the same moment, or null. */
      alsoServer: z.string().nullable(),
    })
    .nullable(),
});
export type Orders = z.infer<typeof Orders>;

/**
 * One side of a boundary. `before`: nothing was sent yet. `during`: the request is sent, and whoever got it takes its
 * time. `after`: the answer is there and our code has not seen it.
 */
export type Side = 'before' | 'during' | 'after';

export const Crossing = z.object({
  name: z.string(),
  side: z.enum(['before', 'during', 'after']),
  at: z.number(),
});
export type Crossing = z.infer<typeof Crossing>;

const text = process.env[ORDERS];
const orders = text === undefined ? null : Orders.parse(JSON.parse(text));
const counts = new Map<string, number>();

/** Tells that a boundary is crossed. Does not return when the orders say so. */
export function cross(name: string, side: Side): void {
  if (orders === null) return;
  const crossing: Crossing = { name, side, at: Math.round(performance.now()) };
  appendFileSync(orders.record, `${JSON.stringify(crossing)}\n`);
  const { kill } = orders;
  if (kill?.name !== name || kill.side !== side) return;
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  if (count < kill.nth || !isFirst(kill.mark)) return;
  if (kill.alsoServer !== null) killServer(kill.alsoServer);
  process.kill(process.pid, 'SIGKILL');
}

/** Makes the file; false when another process has made it. */
function isFirst(mark: string): boolean {
  try {
    writeFileSync(mark, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** All processes of a PostgreSQL server at once, as when the container ends. */
function killServer(dataDirectory: string): void {
  const postmaster = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const children = processes.split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return parent === postmaster && pid !== undefined ? [pid] : [];
  });
  for (const pid of [postmaster, ...children]) killIfThere(pid);
}

/** What loses its postmaster ends by itself, sometimes sooner than it is killed. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
