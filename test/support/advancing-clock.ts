import type { Clock } from '../../src/ports/clock.ts';

/** A clock that is a minute later each time somebody looks, so that no reading is young enough to be used again. */
export function advancingClock(start = new Date()): Clock {
  let now = start.getTime();
  return {
    now: () => {
      now += 60_000;
      return new Date(now);
    },
    steady: () => now,
    sleep: () => Promise.reject(new Error('Nobody sleeps here.')),
  };
}
