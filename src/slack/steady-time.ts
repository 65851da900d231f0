import type { Clock } from '../ports/clock.ts';

/**
 * Milliseconds for comparing moments of this process, which never go back: while a clock that was set back catches up,
 * nobody shall wait.
 */
export function steadyTime(clock: Pick<Clock, 'now'>): () => number {
  let last = Number.NEGATIVE_INFINITY;
  let ahead = 0;
  return () => {
    const now = clock.now().getTime();
    ahead = Math.max(ahead, last - now);
    last = now + ahead;
    return last;
  };
}
