import { z } from 'zod';
import { WorkloadRef } from './cluster.ts';

/** What a run did to one CronJob when it suspended it: the outcome's data that resuming reads. */
export const SuspendedCronJob = z.object({
  ...WorkloadRef.shape,
  /** spec.suspend before. A CronJob that was suspended already is never resumed by Firebreak. */
  previousSuspend: z.boolean(),
  schedule: z.string(),
  timeZone: z.string().nullable(),
  /** ISO 8601, Firebreak's clock. */
  suspendedAt: z.string(),
  jobs: z.array(
    z.object({ name: z.string(), uid: z.string(), action: z.enum(['suspended', 'deleted', 'left']) }),
  ),
  /** True when the answer was lost and nothing could be read: it may be suspended, so it must not be forgotten. */
  uncertain: z.boolean().default(false),
});
export type SuspendedCronJob = z.infer<typeof SuspendedCronJob>;

/** What a plan to suspend knows of a CronJob: what it was before. */
export const SuspensionTarget = z.object({
  ref: WorkloadRef,
  previousSuspend: z.boolean(),
  schedule: z.string(),
  timeZone: z.string().nullable(),
});

/** Data of the outcome of the step kind kubernetes.suspend-cronjob. */
export const Suspension = z.object({ cronJobs: z.array(SuspendedCronJob) });
export type Suspension = z.infer<typeof Suspension>;

/** Data of the outcome of the step kind kubernetes.resume-cronjob, as far as suspending again needs it. */
export const Resumption = z.object({
  cronJobs: z.array(
    z.object({
      ...WorkloadRef.shape,
      action: z.enum(['resumed', 'rescheduled', 'kept']),
      previousSchedule: z.string(),
      previousTimeZone: z.string().nullable(),
      previousDeadlineSeconds: z.number().nullable(),
      /** ISO 8601. */
      changedAt: z.string(),
    }),
  ),
});
export type Resumption = z.infer<typeof Resumption>;
