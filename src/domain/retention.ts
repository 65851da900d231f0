import { z } from 'zod';

const Days = z.int().positive().nullable();

/** How long the content of what is over is kept, in days; null for ever. */
export const RetentionPolicy = z.object({
  /** Counted from the closing of an incident. */
  closedIncidentDays: Days,
  /** Counted from the last time that an alert came in. */
  alertDays: Days,
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/** The stream of what happens to the journal itself. */
export const JOURNAL_STREAM = 'journal';
