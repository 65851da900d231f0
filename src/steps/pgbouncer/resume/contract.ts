import { z } from 'zod';
import type { Pooler } from '../../../domain/pooler.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

/** What is paused: a database of a PgBouncer, or with null the PgBouncer as a whole. */
export const Identity = z.object({ pooler: z.string(), pool: z.string().nullable() });
export type Identity = z.infer<typeof Identity>;

export const Data = z.object({ resumed: z.array(z.string()) });
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'poolers'>;
export type ApprovedResume = Approved<z.ZodObject<{ proofSeconds: z.ZodDefault<z.ZodInt> }>, Identity>;
export type ResumeOutcome = OutcomeOf<Data>;
export type ResumeTarget = ApprovedResume['targets'][number];

/** What of this PgBouncer is paused now. */
export function pausedIn({ name, state, databases }: Pooler): Identity[] {
  if (state === 'paused' || state === 'suspended') return [{ pooler: name, pool: null }];
  return databases.filter(({ paused }) => paused).map((database) => ({ pooler: name, pool: database.name }));
}

/** What people call it. */
export function resumeId({ pooler, pool }: Identity): string {
  return pool === null ? pooler : `${pooler}/${pool}`;
}

/** Whether it is paused at this moment. */
export async function isPaused(ctx: Ctx, identity: Identity): Promise<boolean> {
  const reading = await ctx.ports.poolers.read(ctx.incident.database, identity.pooler, ctx.signal);
  return pausedIn(reading).some((one) => resumeId(one) === resumeId(identity));
}
