import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 200;

/** Looks five times a second; answers whether it came to hold before the time was over. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + patienceMs;
  for (;;) {
    if (await holds()) return true;
    if (Date.now() >= end) return false;
    await delay(LOOK_MS, undefined, { signal });
  }
}
