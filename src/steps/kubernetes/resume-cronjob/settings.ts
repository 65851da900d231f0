import type { CronJob } from '../../../domain/cluster.ts';
import type { CronJobChange } from '../../../ports/workloads.ts';
import { lastSlot } from '../../cron-schedule.ts';
import { type Identity, type Params, type Settings, windowChoice } from './contract.ts';

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

/** The three states that a plan knows: as it is, rescheduled, and resumed as it is. */
export function settingsFor(
  cronJob: CronJob,
  params: Params,
  now: Date,
): Pick<Identity, 'before' | 'reschedule' | 'resume' | 'windows'> {
  const { schedule, timeZone, startingDeadlineSeconds } = cronJob;
  const guarded = (cron: { schedule: string; timeZone: string | null }): Settings => ({
    ...cron,
    deadlineSeconds: deadlineFor(cron, startingDeadlineSeconds, now),
  });
  return {
    before: { schedule, timeZone, deadlineSeconds: startingDeadlineSeconds },
    reschedule: guarded({ schedule: params.offPeakSchedule, timeZone: params.timeZone ?? timeZone }),
    resume: guarded({ schedule, timeZone }),
    windows: params.windows.map((window) => ({
      name: window.name,
      settings: guarded({ schedule: window.schedule, timeZone: window.timeZone ?? timeZone }),
    })),
  };
}

function deadlineFor(
  cron: { schedule: string; timeZone: string | null },
  present: number | null,
  now: Date,
): number {
  const age = secondsSinceSlot(cron, now);
  const longest = DEADLINES.find((deadline) => deadline + PLAN_MARGIN <= age) ?? SHORTEST;
  return present === null ? longest : Math.min(present, longest);
}

function secondsSinceSlot(cron: { schedule: string; timeZone: string | null }, now: Date): number {
  const slot = lastSlot(cron, now);
  return slot === null ? Number.POSITIVE_INFINITY : (now.getTime() - slot.getTime()) / 1000;
}

/** Seconds to wait until the last slot is out of the deadline's reach, 0 when it is; else a run would start at once. */
export function secondsUntilSafe(settings: Settings, now: Date): number {
  const age = secondsSinceSlot(settings, now);
  return Math.max(0, (settings.deadlineSeconds ?? 0) + ACT_MARGIN - age);
}

/** The answer's settings, or null when it is to stay suspended. */
export function wantedSettings(identity: Identity, how: string): Settings | null {
  if (how === 'reschedule') return identity.reschedule;
  if (how === 'resume') return identity.resume;
  return identity.windows.find(({ name }) => windowChoice(name) === how)?.settings ?? null;
}

/** The exact change that resumes with these settings; fields that stay are left out. */
export function changeTo(wanted: Settings, before: Settings): CronJobChange {
  return {
    suspend: false,
    ...(wanted.schedule === before.schedule ? {} : { schedule: wanted.schedule }),
    ...(wanted.timeZone === before.timeZone ? {} : { timeZone: wanted.timeZone }),
    ...(wanted.deadlineSeconds === before.deadlineSeconds
      ? {}
      : { startingDeadlineSeconds: wanted.deadlineSeconds }),
  };
}

/** True when the CronJob runs with these settings. */
export function matches(cronJob: CronJob, wanted: Settings): boolean {
  return !cronJob.suspended && sameSettings(cronJob, wanted);
}

/** True when schedule, zone and deadline are these, suspended or not. */
export function sameSettings(cronJob: CronJob, settings: Settings): boolean {
  return (
    cronJob.schedule === settings.schedule &&
    cronJob.timeZone === settings.timeZone &&
    cronJob.startingDeadlineSeconds === settings.deadlineSeconds
  );
}
