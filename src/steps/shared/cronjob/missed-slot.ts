import { type CronSchedule, lastSlot } from './schedule.ts';

/**
 * Deadlines to choose from, seconds: the longest that still leaves the last slot out. A longer one forgives a
 * controller that is late. Below 10 s the controller, which looks every 10 s, may miss every run.
 */
const DEADLINES = [3600, 600, 120, 60, 15];
/** Smallest deadline; with 15 s and a slot 30 s old no catch-up was seen (measured on v1.32.13). */
const SHORTEST = 15;
/** Distance between the deadline and the age of the last slot when planning; seconds. */
const PLAN_MARGIN = 30;
/** The same when acting; seconds. */
const ACT_MARGIN = 3;

/** The startingDeadlineSeconds with which the slot that has just passed starts no run; never longer than the present. */
export function deadlineFor(cron: CronSchedule, present: number | null, now: Date): number {
  const age = secondsSinceSlot(cron, now);
  const longest = DEADLINES.find((deadline) => deadline + PLAN_MARGIN <= age) ?? SHORTEST;
  return present === null ? longest : Math.min(present, longest);
}

/** Seconds to wait until the last slot is out of the deadline's reach, 0 when it is; else a run would start at once. */
export function secondsUntilSafe(
  settings: CronSchedule & { readonly deadlineSeconds: number | null },
  now: Date,
): number {
  return Math.max(0, (settings.deadlineSeconds ?? 0) + ACT_MARGIN - secondsSinceSlot(settings, now));
}

function secondsSinceSlot(cron: CronSchedule, now: Date): number {
  const slot = lastSlot(cron, now);
  return slot === null ? Number.POSITIVE_INFINITY : (now.getTime() - slot.getTime()) / 1000;
}

/**
 * Seconds to wait until these settings start no run at once; infinite when no wait helps. The controller starts the
 * newest slot that came after the last one that it handled, unless the deadline has passed.
 */
export function secondsUntilQuiet(
  settings: CronSchedule & {
    readonly startingDeadlineSeconds: number | null;
    readonly lastScheduleTime: string | null;
    readonly createdAt: string | null;
  },
  now: Date,
): number {
  const slot = lastSlot(settings, now);
  const handled = settings.lastScheduleTime ?? settings.createdAt;
  if (slot === null || (handled !== null && new Date(handled) >= slot)) return 0;
  if (settings.startingDeadlineSeconds === null) return Number.POSITIVE_INFINITY;
  return secondsUntilSafe({ ...settings, deadlineSeconds: settings.startingDeadlineSeconds }, now);
}
