import { z } from 'zod';
import { type CronJob, WorkloadRef } from './cluster.ts';

/** The fields of a CronJob's spec that remedies change; the last two are those of the Jobs that it makes. */
export const cronJobFields = [
  'schedule',
  'timeZone',
  'startingDeadlineSeconds',
  'concurrencyPolicy',
  'activeDeadlineSeconds',
  'backoffLimit',
] as const;
export type CronJobField = (typeof cronJobFields)[number];

/** One field, what it was and what it becomes; null stands for not set. */
export const FieldChange = z.object({
  field: z.enum(cronJobFields),
  from: z.union([z.string(), z.number(), z.null()]),
  to: z.union([z.string(), z.number(), z.null()]),
});
export type FieldChange = z.infer<typeof FieldChange>;

/** What becomes of one CronJob. */
export const CronJobEdit = z.object({ ref: WorkloadRef, fields: z.array(FieldChange).min(1) });
export type CronJobEdit = z.infer<typeof CronJobEdit>;

/** Data of the outcome of the step kinds that change CronJobs for good. */
export const EditedCronJobs = z.object({
  cronJobs: z.array(
    CronJobEdit.extend({
      /** True when the answer was lost and nothing could be read: it may have been changed. */
      uncertain: z.boolean(),
      /** ISO 8601, Firebreak's clock. */
      changedAt: z.string(),
    }),
  ),
  /** Unfinished Jobs that were there when it was changed, by uid: no news to verify. */
  knownJobs: z.array(z.string()),
});
export type EditedCronJobs = z.infer<typeof EditedCronJobs>;

/** The changes that lead from a CronJob as it is to wanted values; fields that have them already are left out. */
export function fieldChanges(cronJob: CronJob, wanted: Partial<Pick<CronJob, CronJobField>>): FieldChange[] {
  return cronJobFields.flatMap((field) => {
    const to = wanted[field];
    return to === undefined || to === cronJob[field] ? [] : [{ field, from: cronJob[field], to }];
  });
}

/** Whether every field has the value that it was to get, or the one that it had. */
export function isAt(cronJob: CronJob, fields: readonly FieldChange[], end: 'from' | 'to'): boolean {
  return fields.every((change) => cronJob[change.field] === change[end]);
}

/** A value as people read it. */
export function fieldText({ field }: Pick<FieldChange, 'field'>, value: FieldChange['from']): string {
  if (value === null) return field === 'timeZone' ? 'not set (UTC)' : 'not set';
  return field.endsWith('Seconds') ? `${value} s` : String(value);
}
