import { z } from 'zod';
import { Sourced } from '../../shared/ending/source.ts';
import type { Approved, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  olderThanSeconds: z
    .number()
    .min(5)
    .default(30)
    .describe('Other active queries are offered, unselected, from this age on; seconds'),
  limit: z.int().min(1).max(50).default(50).describe('How many sessions are offered, root sessions first'),
  server: z.string().min(1).default('primary').describe('"primary" or the name of a configured replica'),
  cancelSeconds: z
    .int()
    .min(1)
    .max(120)
    .default(5)
    .describe(
      'How long a cancelled query may take to end before it is terminated; thrice that under overload',
    ),
  proofSeconds: z
    .int()
    .min(2)
    .max(150)
    .default(10)
    .describe('How long nothing may come back after the kill; longer while a schedule is armed'),
});
export type Params = z.output<typeof Params>;

/** Names one backend and its query for ever, and what may start it again. */
export const Identity = Sourced;
export type Identity = Sourced;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedKill = Approved<typeof Params, Identity>;
