import { z } from 'zod';
import { WorkloadRef } from '../../../domain/cluster.ts';
import { SessionIdentity } from '../../../domain/snapshot.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

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

/** Names one backend and its query for ever, and knows a successor of the query by its fingerprint. */
export const Identity = z.object({
  session: SessionIdentity,
  first: z.enum(['cancel', 'terminate']),
  fingerprint: z.object({
    queryId: z.string().nullable(),
    user: z.string().nullable(),
    application: z.string(),
    sql: z.string(),
  }),
  source: Source.nullable(),
});
export type Identity = z.infer<typeof Identity>;

/** What happened to one session: the record that the post-mortem and an auditor read. */
export const Result = z.object({
  target: z.string(),
  session: SessionIdentity,
  signals: z.array(z.object({ how: z.enum(['cancel', 'terminate']), verdict: z.string(), at: z.string() })),
  /** Whether it was seen to have ended. */
  ended: z.boolean(),
  /** True when nobody can tell whether it was signalled or has ended. */
  unknown: z.boolean().default(false),
  /** Why it was not signalled or has not ended, or null. */
  problem: z.string().nullable(),
  state: z.string().nullable(),
  user: z.string().nullable(),
  applicationName: z.string().nullable(),
  clientAddress: z.string().nullable(),
  hadWrites: z.boolean(),
});
export type Result = z.infer<typeof Result>;

export const Data = z.object({
  results: z.array(Result),
  /** PostgreSQL's time of the first signal, as text, or null when nothing was signalled. */
  firstSignalAt: z.string().nullable(),
});
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'workloads'>;
export type ApprovedKill = Approved<typeof Params, Identity>;
export type KillOutcome = OutcomeOf<Data>;
export type KillTarget = ApprovedKill['targets'][number];
