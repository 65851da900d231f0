import { z } from 'zod';
import type { StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  startingDeadlineSeconds: z
    .int()
    .min(15)
    .max(86_400)
    .default(300)
    .describe('How late a run may start, seconds; at most half of its interval is set'),
  activeDeadlineSeconds: z
    .int()
    .min(60)
    .max(604_800)
    .default(3600)
    .describe('How long a run may take when none that completed is kept, seconds'),
  backoffLimit: z.int().min(0).max(2).default(1).describe('How often the pods of a failed run are made anew'),
});
export type Params = z.output<typeof Params>;

export type Ctx = StepContext<'workloads'>;
