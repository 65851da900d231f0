import { z } from 'zod';
import { WorkloadRef } from '../../../domain/cluster.ts';
import { Endable } from '../../shared/ending/contract.ts';
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

/** What may start the query again. `armed` is part of the identity: a decision holds for the state it was made in. */
export const Source = z.object({
  ...WorkloadRef.shape,
  schedule: z.string(),
  timeZone: z.string().nullable(),
  /** Not suspended: its schedule starts new Jobs. */
  armed: z.boolean(),
});
export type Source = z.infer<typeof Source>;

/** Names one backend and its query for ever, and what may start it again. */
export const Identity = z.object({ ...Endable.shape, source: Source.nullable() });
export type Identity = z.infer<typeof Identity>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedKill = Approved<typeof Params, Identity>;
