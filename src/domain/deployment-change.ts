import { z } from 'zod';
import { WorkloadRef } from './cluster.ts';

/** What a run did to the size of one Deployment: undoing it reads this. */
export const Scaled = z.object({
  ...WorkloadRef.shape,
  from: z.int(),
  to: z.int(),
  /** True when the answer was lost and nothing could be read: it may have been scaled. */
  uncertain: z.boolean().default(false),
});
export type Scaled = z.infer<typeof Scaled>;

/** Data of the outcome of the step kind kubernetes.scale-deployment. */
export const Scaling = z.object({ deployments: z.array(Scaled) });
export type Scaling = z.infer<typeof Scaling>;

/** A pod template by the ReplicaSet that keeps it. */
export const KeptRevision = z.object({ name: z.string(), uid: z.string(), images: z.array(z.string()) });
export type KeptRevision = z.infer<typeof KeptRevision>;

/** What a run rolled back: rolling forward goes to `from` again. */
export const RolledBack = z.object({
  ...WorkloadRef.shape,
  from: KeptRevision,
  to: KeptRevision,
  uncertain: z.boolean().default(false),
});
export type RolledBack = z.infer<typeof RolledBack>;

/** Data of the outcome of the step kind kubernetes.rollback-deployment. */
export const Rollback = z.object({ deployments: z.array(RolledBack) });
export type Rollback = z.infer<typeof Rollback>;
