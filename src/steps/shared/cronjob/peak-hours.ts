import { Cron } from 'croner';
import type { Peak } from '../../../domain/audit-policy.ts';
import type { CronSchedule } from './schedule.ts';
import { slotFinder } from './schedule.ts';

/** A year is looked at, because summer time moves one zone against the other for a part of it. */
const DAYS = 366;

/** How often a schedule starts something within the hours of high load. */
export interface PeakUse {
  /** Peaks that were looked at: those of the next year. */
  readonly peaks: number;
  /** Peaks in which something starts. */
  readonly hit: number;
  /** The first of these starts, or null. */
  readonly first: Date | null;
}

/** The peak of one day. */
export interface PeakWindow {
  readonly begins: Date;
  readonly ends: Date;
}

/** Looks at every peak of the next year. A start at the very end of a peak is outside. */
export function peakUse(cron: CronSchedule, windows: readonly PeakWindow[], at: Date): PeakUse {
  const nextSlot = slotFinder(cron);
  let hit = 0;
  let first: Date | null = null;
  let slot = nextSlot(justBefore(at));
  for (const { begins, ends } of windows) {
    if (slot === null) break;
    if (slot < begins) slot = nextSlot(justBefore(begins));
    if (slot === null || slot >= ends) continue;
    hit += 1;
    first ??= slot;
  }
  return { peaks: windows.length, hit, first };
}

/** The peaks of the next year, each in its own time zone's clock; the one that goes on now begins now. */
export function peakWindows({ window, timeZone }: Peak, at: Date): PeakWindow[] {
  const [from = '', to = ''] = window.split('-');
  const begins = daily(from, timeZone).nextRuns(DAYS, justBefore(at));
  const ends = daily(to, timeZone).nextRuns(DAYS + 1, at);
  const [firstBegin, firstEnd] = [begins[0], ends[0]];
  const goesOn = firstBegin !== undefined && firstEnd !== undefined && firstEnd < firstBegin;
  // Begins and ends take turns, one of each a day, so those at the same place belong together.
  return (goesOn ? [at, ...begins] : begins).flatMap((begin, index) => {
    const end = ends[index];
    return end === undefined ? [] : [{ begins: begin, ends: end }];
  });
}

/** Croner skips no day at a change of the clocks: a time that does not exist is taken an hour later. */
function daily(time: string, timezone: string): Cron {
  const [hour = '0', minute = '0'] = time.split(':');
  return new Cron(`${Number(minute)} ${Number(hour)} * * *`, { timezone, paused: true, mode: '5-part' });
}

function justBefore(date: Date): Date {
  return new Date(date.getTime() - 1);
}
