import { z } from 'zod';
import type { StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  night: z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a clock time such as 03:00')
    .default('03:00')
    .describe('When what runs once a day shall run, in the time zone of the peak'),
  apartMinutes: z
    .int()
    .min(0)
    .max(60)
    .default(15)
    .describe('How far apart those that move to the night start, minutes'),
  frequent: z
    .enum(['outside-peak', 'nightly'])
    .default('outside-peak')
    .describe(
      'What becomes of a CronJob that runs several times a day: only outside of the peak, or once a night',
    ),
  observeSeconds: z
    .int()
    .min(0)
    .max(300)
    .default(15)
    .describe('How long nothing unannounced may start, seconds'),
});
export type Params = z.output<typeof Params>;

export type Ctx = StepContext<'workloads'>;
