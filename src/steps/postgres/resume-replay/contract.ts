import { z } from 'zod';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  replica: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Name of a configured replica; the one whose replay is paused when left out'),
  replaySeconds: z
    .int()
    .min(2)
    .max(300)
    .default(30)
    .describe('How long replay may take to go on afterwards; seconds'),
});
export type Params = z.output<typeof Params>;

/** One pause of one replica: a later pause, or the same at another place, is another one. */
export const Identity = z.object({
  replica: z.string(),
  startedAt: z.string(),
  replayPosition: z.number(),
});
export type Identity = z.infer<typeof Identity>;

export const Data = z.object({ resumed: z.array(Identity) });
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedResume = Approved<typeof Params, Identity>;
export type ResumeOutcome = OutcomeOf<Data>;
