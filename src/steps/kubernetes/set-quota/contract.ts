import { z } from 'zod';
import { Bound, type MadeBounds } from '../../../domain/namespace-bounds.ts';
import { parseQuantity } from '../../../domain/quantity.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

function quantity(fallback: string, what: string) {
  return z
    .string()
    .refine((text) => parseQuantity(text) !== null, 'a quantity such as 500m or 512Mi')
    .default(fallback)
    .describe(what);
}

export const Params = z.strictObject({
  headroom: z
    .number()
    .min(1)
    .max(5)
    .default(1.25)
    .describe('How much more than the known peak the quota allows, as a factor'),
  defaultCpu: quantity(
    '500m',
    'CPU limit of a container that states none, where no other container states one',
  ),
  defaultMemory: quantity('512Mi', 'Memory limit of a container that states none, likewise'),
  verifySeconds: z
    .int()
    .min(5)
    .max(300)
    .default(30)
    .describe('Until when the cluster must have counted what is used; seconds'),
});
export type Params = z.output<typeof Params>;

/** What would be made in one namespace; `withoutMemory` is the same when no memory limit is given by default. */
export const Identity = z.object({
  namespace: z.string(),
  bounds: z.array(Bound).min(1),
  withoutMemory: z.array(Bound),
});
export type Identity = z.infer<typeof Identity>;

export type Ctx = StepContext<'workloads'>;
export type ApprovedBounds = Approved<typeof Params, Identity>;
export type BoundsOutcome = OutcomeOf<MadeBounds>;

/** Id of the choice whether containers get a memory limit by default. */
export const MEMORY = 'memory';

/** The names of what is made; a namespace has one of each. */
export const QUOTA_NAME = 'firebreak-bounds';
export const LIMITS_NAME = 'firebreak-defaults';

/** What a person chose for each namespace. */
export function chosenBounds({ targets, choices }: ApprovedBounds): Bound[] {
  return targets.flatMap(({ identity }) =>
    choices[MEMORY] === 'leave' ? identity.withoutMemory : identity.bounds,
  );
}
