import { z } from 'zod';
import { SessionIdentity } from '../../../domain/snapshot.ts';
import type { OutcomeOf, StepContext } from '../../step-kind.ts';

/** A session that a step may end: its identity, how to begin, and how to know a successor of its query. */
export const Endable = z.object({
  session: SessionIdentity,
  first: z.enum(['cancel', 'terminate']),
  fingerprint: z.object({
    queryId: z.string().nullable(),
    user: z.string().nullable(),
    application: z.string(),
    sql: z.string(),
  }),
});
export type Endable = z.infer<typeof Endable>;

/** Whether two identities name the same transaction and query of the same backend. */
export function isSameSession(one: Endable, other: Endable): boolean {
  const { serverStart, pid, backendStart, xactStart, queryStart } = one.session;
  const now = other.session;
  return (
    serverStart === now.serverStart &&
    pid === now.pid &&
    backendStart === now.backendStart &&
    xactStart === now.xactStart &&
    queryStart === now.queryStart
  );
}

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

export type EndCtx = StepContext<'databases'>;
export type EndOutcome = OutcomeOf<Data>;

/** A target of a plan whose identity names a session. */
export interface EndTarget<T extends Endable = Endable> {
  readonly id: string;
  readonly label: string;
  readonly identity: T;
}
