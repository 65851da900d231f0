import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 250;

/**
 * Looks until it is so, and tells whether it came to be so in time; what cannot be read, while a state comes up again, is
 * looked at later.
 */
export async function comesTrue(isIt: () => Promise<boolean>, patienceMs: number): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(LOOK_MS)) {
    if (await isIt().catch(() => false)) return true;
  }
  return false;
}
