/** Steps between two labels of the time axis, in seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const MOST_TICKS = 5;
/** From here on the day is told, and no time. */
const DAY_MS = 86_400_000;

/** A place on the time axis: milliseconds since the epoch, and the clock of the team at it. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Round times between two moments, at most five. @throws RangeError for an unknown zone. */
export function ticksOf(from: number, to: number, timeZone: string): Tick[] {
  const seconds = Math.max(1, (to - from) / 1000);
  const step =
    (STEPS.find((one) => seconds / one <= MOST_TICKS) ?? 86_400 * Math.ceil(seconds / 432_000)) * 1000;
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...(step < DAY_MS
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
      : { day: 'numeric', month: 'short' }),
    ...(step < 60_000 ? { second: '2-digit' } : {}),
  });
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => {
    const at = first + index * step;
    return { at, label: clock.format(new Date(at)) };
  });
}

/** `KST`, as the zone is called then. */
export function zoneName(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' }).formatToParts(
    new Date(at),
  );
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}
