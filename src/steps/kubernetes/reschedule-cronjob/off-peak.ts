import type { Peak } from '../../../domain/audit-policy.ts';
import { type PeakWindow, peakUse } from '../../shared/cronjob/peak-hours.ts';
import { type CronSchedule, scheduleProblem } from '../../shared/cronjob/schedule.ts';
import type { Params } from './contract.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DAY = 24 * 60;

/** The short forms that Kubernetes knows too. */
const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** The hours of high load, and the peaks of the next year that a proposal is tried against. */
export interface PeakYear {
  readonly peak: Peak;
  readonly windows: readonly PeakWindow[];
  readonly at: Date;
}

/**
 * A schedule outside of the peak, in its time zone: the same days, and as many hours of them as the peak leaves.
 * Null when none can be made of it that no peak of the next year meets.
 * @param place how many were moved to the night before: they start apart.
 */
export function offPeakSchedule(
  { schedule }: CronSchedule,
  { peak, windows, at }: PeakYear,
  params: Pick<Params, 'night' | 'apartMinutes' | 'frequent'>,
  place: number,
): CronSchedule | null {
  const fields = (MACROS[schedule.trim()] ?? schedule).trim().split(/\s+/);
  const [minute = '', hour = '', ...days] = fields;
  const hours = hoursOf(hour);
  if (fields.length !== 5 || hours === null) return null;
  const nightly = hours.length === 1 || params.frequent === 'nightly';
  const night = nightAt(peak, params, place);
  const times = nightly
    ? `${night % 60} ${Math.floor(night / 60)}`
    : `${minute} ${hoursText(quietHours(hours, hour, peak))}`;
  const moved = { schedule: [times, ...days].join(' '), timeZone: peak.timeZone };
  if (scheduleProblem(moved) !== null) return null;
  return peakUse(moved, windows, at).first === null ? moved : null;
}

/** Whether it would run as often as before. */
export function keepsFrequency(before: CronSchedule, after: CronSchedule): boolean {
  const count = ({ schedule }: CronSchedule) =>
    hoursOf((MACROS[schedule.trim()] ?? schedule).trim().split(/\s+/)[1] ?? '')?.length;
  return count(before) === count(after);
}

/** The hours that a field of cron means, or null when it is none. */
function hoursOf(field: string): number[] | null {
  const parts = field.split(',').map(hoursOfPart);
  if (parts.includes(null)) return null;
  const hours = parts.flatMap((part) => part ?? []);
  return hours.length === 0 ? null : [...new Set(hours)].sort((a, b) => a - b);
}

function hoursOfPart(part: string): number[] | null {
  const found = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (found === null) return null;
  const [, from, to, step] = found;
  const first = Number(from ?? 0);
  const alone = from !== undefined && step === undefined ? first : 23;
  const last = to === undefined ? alone : Number(to);
  const every = Math.max(1, Number(step ?? 1));
  return HOURS.filter((hour) => hour >= first && hour <= last && (hour - first) % every === 0);
}

/** As many hours outside of the peak as it had, or all of them; steps such as each second hour stay steps. */
function quietHours(hours: readonly number[], field: string, peak: Peak): number[] {
  const quiet = HOURS.filter((hour) => !isInPeak(hour * 60, 60, peak));
  const stepped = quiet.filter((hour) => field.startsWith('*') && hours.includes(hour));
  if (stepped.length > 0) return stepped;
  if (hours.length >= quiet.length) return quiet;
  return hours.flatMap((_, index) => quiet[Math.floor((index * quiet.length) / hours.length)] ?? []);
}

/** Whether some of the minutes from `from` on lie in the peak. */
function isInPeak(from: number, minutes: number, { window }: Peak): boolean {
  const [begins = 0, ends = 0] = window.split('-').map(minutesOf);
  const before = from < ends;
  const after = from + minutes > begins;
  return begins < ends ? before && after : before || after;
}

/** Minutes after midnight: the night of the parameters, or the middle of the quiet hours where the peak covers that. */
function nightAt(peak: Peak, { night, apartMinutes }: Pick<Params, 'night' | 'apartMinutes'>, place: number) {
  const wanted = minutesOf(night) + place * apartMinutes;
  if (!isInPeak(wanted % DAY, 1, peak)) return wanted % DAY;
  const [begins = 0, ends = 0] = peak.window.split('-').map(minutesOf);
  const quiet = (begins - ends + DAY) % DAY;
  return (ends + Math.floor(quiet / 2) + ((place * apartMinutes) % Math.max(1, Math.floor(quiet / 2)))) % DAY;
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** `0-8,22-23`. */
function hoursText(hours: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const hour of [...hours].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === hour - 1) last[1] = hour;
    else runs.push([hour, hour]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
