import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './ports/clock.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  steady: () => performance.now(),
  async sleep(ms, signal) {
    await delay(ms, undefined, { signal });
  },
};
