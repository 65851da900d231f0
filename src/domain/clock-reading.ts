import type { ClockReading } from './access.ts';

/** A Date header has no fractions of a second. */
const HEADER_MS = 1_000;

/** What a Date header says of another clock; null without a readable one. The way of the answer is not subtracted. */
export function clockOf(header: string | null, now: Date): ClockReading | null {
  const told = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(told)) return null;
  // The header names the second that began before the answer was sent.
  return { aheadMs: told + HEADER_MS / 2 - now.getTime(), uncertainMs: HEADER_MS };
}
