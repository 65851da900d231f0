import { z } from 'zod';
import { Endable, Data as Ended } from '../../shared/ending/contract.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  idleSeconds: z
    .number()
    .min(10)
    .default(30)
    .describe('Sessions that have been idle for less are left alone; seconds'),
  limit: z.int().min(1).max(50).default(50).describe('How many sessions are offered, longest idle first'),
  proofSeconds: z
    .int()
    .min(2)
    .max(150)
    .default(15)
    .describe('How long it is measured whether the connections come back; seconds'),
});
export type Params = z.output<typeof Params>;

/** An idle session and the owner that it was traced to, as culpritKey() writes it. */
export const Identity = Endable.extend({ owner: z.string() });
export type Identity = z.infer<typeof Identity>;

export const Data = Ended.extend({
  /** Connections of the owner before, or null when they were not counted. */
  before: z.int().nullable(),
});
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedTermination = Approved<typeof Params, Identity>;
export type TerminationOutcome = OutcomeOf<Data>;

/** A leak is of the primary: a standby's idle sessions take no slot of it. */
export const SERVER = 'primary';
