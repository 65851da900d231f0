import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EVERY_MS = 250;

/** How a process was while it was watched. */
export interface Watched {
  /** Resident memory in MB at the first look, and the most. */
  readonly firstMegabytes: number;
  readonly mostMegabytes: number;
  /** Milliseconds of each answer of /healthz. */
  readonly health: readonly number[];
  /** Answers of /healthz other than 200, and requests that failed. */
  readonly unhealthy: number;
}

/** Looks at memory and health of a process four times a second until the signal aborts. */
export async function watchProcess(pid: number, url: string, signal: AbortSignal): Promise<Watched> {
  const megabytes: number[] = [];
  const health: number[] = [];
  let unhealthy = 0;
  while (!signal.aborted) {
    megabytes.push(await residentMegabytes(pid));
    const askedAt = performance.now();
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 200) health.push(performance.now() - askedAt);
    else unhealthy += 1;
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return {
    firstMegabytes: megabytes[0] ?? 0,
    mostMegabytes: Math.max(0, ...megabytes),
    health,
    unhealthy,
  };
}

async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
  return Math.round(Number(stdout.trim()) / 1024);
}
