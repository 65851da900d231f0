import type { CronJob } from '../../../domain/cluster.ts';
import type { CronJobChange } from '../../../ports/workloads.ts';
import { deadlineFor } from '../../shared/cronjob/missed-slot.ts';
import { type Identity, type Params, type Settings, windowChoice } from './contract.ts';

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
