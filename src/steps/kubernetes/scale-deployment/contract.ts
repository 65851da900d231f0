import { z } from 'zod';
import { WorkloadRef } from '../../../domain/cluster.ts';
import type { Scaling } from '../../../domain/deployment-change.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  undo: z
    .boolean()
    .default(false)
    .describe('True to scale back what this run scaled down, instead of scaling down'),
  verifySeconds: z
    .int()
    .min(5)
    .max(300)
    .default(60)
    .describe('Until when the pods must be gone or there; seconds'),
});
export type Params = z.output<typeof Params>;

/** Knows a Deployment again, and how many pods it had when that was decided on. */
export const Identity = z.object({ ref: WorkloadRef, replicas: z.int() });
export type Identity = z.infer<typeof Identity>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedScaling = Approved<typeof Params, Identity>;
export type ScalingOutcome = OutcomeOf<Scaling>;

/** Id of the choice of the new number; its values are numbers as text. */
export const REPLICAS = 'replicas';
