import { z } from 'zod';
import { WorkloadRef } from '../../../domain/cluster.ts';
import { Resumption } from '../../../domain/suspension.ts';
import { scheduleProblem } from '../../shared/cronjob/schedule.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  offPeakSchedule: z
    .string()
    .default('0 3 * * *')
    .describe('Five cron fields, the schedule that is proposed instead of the present one')
    .refine((schedule) => scheduleProblem({ schedule, timeZone: null }) === null, {
      error: 'expected five cron fields, such as 0 3 * * *',
    }),
  timeZone: z
    .string()
    .nullable()
    .default(null)
    .describe('IANA time zone of offPeakSchedule, or null for that of the CronJob')
    .refine(
      (timeZone) => timeZone === null || scheduleProblem({ schedule: '0 3 * * *', timeZone }) === null,
      {
        error: 'expected an IANA time zone, such as Asia/Seoul',
      },
    ),
  windows: z
    .array(
      z
        .strictObject({
          name: z.string().min(1).max(30),
          schedule: z.string(),
          timeZone: z.string().nullable().default(null),
        })
        .refine((window) => scheduleProblem(window) === null, {
          error: 'expected five cron fields, and an IANA time zone or none',
        }),
    )
    .max(5)
    .default([])
    .describe('Further off-peak windows to choose from, each with a name, a schedule and a time zone'),
  observeSeconds: z
    .int()
    .min(5)
    .max(300)
    .default(15)
    .describe('How long nothing unannounced may start, seconds'),
});
export type Params = z.output<typeof Params>;

/** How a CronJob is started again; `deadlineSeconds` keeps a missed slot from starting a run at once. */
export const Settings = z.object({
  schedule: z.string(),
  timeZone: z.string().nullable(),
  deadlineSeconds: z.number().nullable(),
});
export type Settings = z.infer<typeof Settings>;

export const Identity = z.object({
  ref: WorkloadRef,
  suspended: z.boolean(),
  before: Settings,
  reschedule: Settings,
  resume: Settings,
  /** The further windows of the runbook, by name. */
  windows: z.array(z.object({ name: z.string(), settings: Settings })).default([]),
  /** Jobs that this run suspended and that still are. */
  jobs: z.array(z.object({ name: z.string(), uid: z.string() })),
});
export type Identity = z.infer<typeof Identity>;

export const Data = Resumption.extend({
  /** Unfinished Jobs that were there when it was resumed, by uid: no news to verify. */
  knownJobs: z.array(z.string()),
});
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'workloads'>;
export type ApprovedResumption = Approved<typeof Params, Identity>;
export type ResumptionOutcome = OutcomeOf<Data>;

/** Ids of the choices. */
export const HOW = 'how';
export const JOBS = 'suspendedJobs';

/** The answer that chooses a named window. */
export function windowChoice(name: string): string {
  return `window:${name}`;
}
