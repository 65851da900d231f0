import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock that stands until the test moves it. */
export interface VirtualClock extends Clock {
  /** Moves on by so many milliseconds in steps, and lets what wakes up in each step talk to real servers. */
  advance(ms: number, stepMs: number): Promise<void>;
}

/** Real milliseconds for what woke up; far more than a call on this machine takes. */
const BREATH_MS = 8;

export function createVirtualClock(start = Date.parse('2026-11-15T14:00:00Z')): VirtualClock {
  let now = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => new Date(now),
    steady: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { at: now + ms, wake: resolve };
      const abort = (): void => reject(signal.reason);
      sleepers.add(sleeper);
      signal.addEventListener('abort', abort, { once: true });
      try {
        await promise;
      } finally {
        sleepers.delete(sleeper);
        signal.removeEventListener('abort', abort);
      }
    },
    async advance(ms, stepMs) {
      const end = now + ms;
      while (now < end) {
        now = Math.min(end, now + stepMs);
        for (const sleeper of [...sleepers].sort((a, b) => a.at - b.at)) {
          if (sleeper.at <= now) sleeper.wake();
        }
        await delay(BREATH_MS);
      }
    },
  };
}
