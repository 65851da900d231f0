import { z } from 'zod';
import type { Pooler } from '../../../domain/pooler.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

/** A database of a PgBouncer, and the connections for which it is told to reconnect. */
export const Identity = z.object({
  pooler: z.string(),
  pool: z.string(),
  /** Backends as they named themselves, with PgBouncer's end of the connection. */
  servers: z.array(z.object({ remotePid: z.int(), localPort: z.int().nullable() })),
});
export type Identity = z.infer<typeof Identity>;

export const Data = z.object({
  /** Ids of the targets that were told to reconnect. */
  told: z.array(z.string()),
});
export type Data = z.infer<typeof Data>;

export type Ctx = StepContext<'databases' | 'poolers' | 'workloads'>;
export type Params = z.ZodObject<{ proofSeconds: z.ZodDefault<z.ZodInt> }>;
export type ApprovedReconnect = Approved<Params, Identity>;
export type ReconnectOutcome = OutcomeOf<Data>;
export type ReconnectTarget = ApprovedReconnect['targets'][number];

/** Which of the connections are still there, as PgBouncer shows them now. */
export function remaining({ pool, servers }: Identity, reading: Pooler): Pooler['servers'] {
  const meant = new Set(servers.map(({ remotePid, localPort }) => `${remotePid}/${localPort}`));
  return reading.servers.filter(
    ({ database, remotePid, localPort }) => database === pool && meant.has(`${remotePid}/${localPort}`),
  );
}

/** Whether one of the connections is still there and not closing: PgBouncer has not been told. */
export function isLeft(identity: Identity, reading: Pooler): boolean {
  return remaining(identity, reading).some(({ closing }) => !closing);
}
