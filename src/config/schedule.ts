import { Cron } from 'croner';
import { z } from 'zod';
import { isTimeZone } from '../domain/audit-policy.ts';

/** When something is done by itself. */
export const Schedule = z.strictObject({
  cron: z
    .string()
    .refine(isCron, 'five fields of cron, such as "0 9 * * 1-5"')
    .describe('When, in five fields of cron: "0 9 * * 1-5" is 09:00 on working days.'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'no time zone of the IANA database, such as Asia/Seoul')
    .optional()
    .describe('Time zone that it is meant in. Default: timeZone.'),
});

function isCron(pattern: string): boolean {
  try {
    return new Cron(pattern, { paused: true, mode: '5-part' }).nextRun() !== null;
  } catch {
    return false;
  }
}
