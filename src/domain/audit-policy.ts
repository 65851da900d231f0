import { z } from 'zod';

const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** The hours of every day in which the load is high. */
export const Peak = z
  .strictObject({
    window: z
      .string()
      .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'two clock times such as 09:00-22:00')
      .refine((window) => window.split('-').every((time) => CLOCK.test(time)), 'no such clock time')
      .refine(
        (window) => new Set(window.split('-')).size === 2,
        'it has to end at another time than it begins',
      )
      .describe('From when to when; 22:00-02:00 goes over midnight.'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'no time zone of the IANA database, such as Asia/Seoul')
      .describe('Time zone of the IANA database that the window is meant in.'),
  })
  .describe('The hours of high load, in which no batch job should start.');
export type Peak = z.infer<typeof Peak>;

/** A finding that somebody decided to live with for a while. */
export const Suppression = z.strictObject({
  audit: z.string().min(1).describe('Name of the audit, such as statement-timeout.'),
  subject: z.string().min(1).describe('Subject of the finding as it is printed; * stands for any text.'),
  database: z.string().optional().describe('Only of this database; of every one unless given.'),
  reason: z.string().min(1).describe('Why it is left as it is; shown with it.'),
  until: z.iso
    .date()
    .describe('Last day that it counts, such as 2027-01-31. Afterwards the finding is back.'),
});
export type Suppression = z.infer<typeof Suppression>;

/** When the audits run by themselves. */
export interface AuditSchedule {
  /** Five fields of cron. */
  readonly cron: string;
  /** IANA name of the zone that it is meant in. */
  readonly timeZone: string;
}

/** What the configuration says about audits. */
export interface AuditPolicy {
  readonly peak: Peak | null;
  readonly suppress: readonly Suppression[];
}

/** Whether it is the name of a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
