import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** The clock of the machine, which tells another time once it was shifted, by milliseconds to either side. */
export function shiftedClock(): Clock & { shift(ms: number): void } {
  let ahead = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + ahead),
    steady: () => systemClock.steady(),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    shift(ms) {
      ahead += ms;
    },
  };
}
