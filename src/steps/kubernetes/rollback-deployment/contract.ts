import { z } from 'zod';
import { WorkloadRef } from '../../../domain/cluster.ts';
import { KeptRevision, type Rollback } from '../../../domain/deployment-change.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  undo: z
    .boolean()
    .default(false)
    .describe('True to roll forward what this run rolled back, instead of rolling back'),
  verifySeconds: z
    .int()
    .min(5)
    .max(600)
    .default(180)
    .describe('Until when the rollout must be complete; seconds'),
});
export type Params = z.output<typeof Params>;

/** A Deployment, the template that it has, and the one that it is to get: each by its ReplicaSet. */
export const Identity = z.object({ ref: WorkloadRef, from: KeptRevision, to: KeptRevision });
export type Identity = z.infer<typeof Identity>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedRollback = Approved<typeof Params, Identity>;
export type RollbackOutcome = OutcomeOf<Rollback>;
