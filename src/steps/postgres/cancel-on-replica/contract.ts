import { z } from 'zod';
import { Data as Ended } from '../../shared/ending/contract.ts';
import { Sourced } from '../../shared/ending/source.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  replica: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Name of a configured replica; the one of the cause when left out'),
  cancelSeconds: z
    .int()
    .min(1)
    .max(120)
    .default(5)
    .describe('How long a cancelled query may take to end before it is terminated'),
  proofSeconds: z.int().min(2).max(150).default(10).describe('How long nothing may come back afterwards'),
  replaySeconds: z
    .int()
    .min(2)
    .max(300)
    .default(30)
    .describe('How long replay may take to go on afterwards; seconds'),
});
export type Params = z.output<typeof Params>;

/** A session on a replica, and whether it is ended so that replay can go on. */
export const Identity = z.object({ ...Sourced.shape, replica: z.string(), blocksReplay: z.boolean() });
export type Identity = z.infer<typeof Identity>;

export const Data = z.object({
  ...Ended.shape,
  replica: z.string(),
  /** Where replay stood before anything was cancelled, in bytes; null when that could not be read. */
  replayPosition: z.number().nullable(),
});
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedCancel = Approved<typeof Params, Identity>;
export type CancelOutcome = OutcomeOf<Data>;

/** The one replica that the targets are on. */
export function replicaOf({ targets }: Pick<ApprovedCancel, 'targets'>): string {
  return targets[0]?.identity.replica ?? '';
}
