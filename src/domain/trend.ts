import { z } from 'zod';

/** Where a number is going. */
export const Trend = z.enum(['rising', 'steady', 'falling']);
export type Trend = z.infer<typeof Trend>;

/** Readings that the newest one is compared with: a single one may be a moment's noise. */
const EARLIER = 3;
/** Below this share of the earlier value a change is none. */
const NOTABLE = 0.05;

/** Where a number is going, by its readings in time order; null when there is only one. A change below `least` is none. */
export function trendOf(readings: readonly number[], least = 0): Trend | null {
  const known = readings.filter(Number.isFinite);
  const now = known.at(-1);
  const earlier = known.slice(-1 - EARLIER, -1);
  if (now === undefined || earlier.length === 0) return null;
  const before = earlier.reduce((sum, value) => sum + value, 0) / earlier.length;
  const change = now - before;
  if (Math.abs(change) <= Math.max(least, Math.abs(before) * NOTABLE)) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}
