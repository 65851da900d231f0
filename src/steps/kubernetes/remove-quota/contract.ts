import { z } from 'zod';
import { Bound } from '../../../domain/namespace-bounds.ts';
import type { OutcomeOf, StepContext } from '../../step-kind.ts';

/** What was made, by the uid that it got. */
export const Identity = Bound.extend({ uid: z.string() });
export type Identity = z.infer<typeof Identity>;

/** Names of what is gone, such as `ResourceQuota analytics/firebreak-bounds`. */
export const Removed = z.object({ removed: z.array(z.string()) });
export type Removed = z.infer<typeof Removed>;

export type Ctx = StepContext<'workloads'>;
export interface ApprovedRemoval {
  readonly targets: readonly { readonly identity: Identity }[];
}
export type RemovalOutcome = OutcomeOf<Removed>;
