import { shareSlots } from '../../../domain/connection-limits.ts';
import type { ServerReadout } from '../../../domain/server-readout.ts';
import { type Snapshot, usableSlots } from '../../../domain/snapshot.ts';
import type { Params, PooledRole, Sizes } from './contract.ts';

/** The smallest number of clients that is allowed; a client costs PgBouncer a few kilobytes. */
const FEWEST_CLIENTS = 200;

/** What was observed of the use of a database. */
export interface Observed {
  readonly readout: ServerReadout;
  readonly now: Snapshot;
  /** Earlier readings of the same server. */
  readonly before: readonly Snapshot[];
  readonly protectedRoles: readonly string[];
  /** Connections that all pods of the services may ask for, or null where no pool is known. */
  readonly demand: number | null;
  readonly host: string;
}

/** Sizes that fit what is used: connections by role, bounded by what the server has. Null when there are more roles than connections. */
export function sizesFor(observed: Observed, params: Pick<Params, 'share'>): Sizes | null {
  const { readout, now, before, protectedRoles, demand, host } = observed;
  const slots = usableSlots(now.slots);
  const servers = Math.max(1, Math.floor(slots * params.share));
  const readings = [...before, now];
  const roles = readout.roles
    .filter(({ name, superuser, own }) => !superuser && !own && !protectedRoles.includes(name))
    .map(({ name }) => ({
      role: name,
      connections: count(now, readout.database, name, false),
      busiest: Math.max(...readings.map((reading) => count(reading, readout.database, name, true))),
    }))
    .filter(({ connections, busiest }) => connections + busiest > 0);
  // In transaction mode a connection is needed while something runs: twice the most that was seen leaves room.
  const claims = roles.map(({ role, busiest }) => ({
    role,
    floor: 1,
    want: Math.max(2, busiest * 2),
  }));
  const shared = shareSlots(claims, servers);
  if (shared === null) return null;
  const pooled: PooledRole[] = roles.map((one) => ({ ...one, most: shared.get(one.role) ?? 1 }));
  const clients = Math.max(demand ?? 0, ...readings.map(({ slots: { used } }) => used)) * 2;
  return {
    database: readout.database,
    host,
    roles: pooled,
    slots,
    servers,
    clients: Math.max(FEWEST_CLIENTS, Math.ceil(clients / 100) * 100),
  };
}

function count({ groups }: Snapshot, database: string, role: string, busy: boolean): number {
  return groups
    .filter(
      (group) => group.user === role && group.database === database && (!busy || group.state !== 'idle'),
    )
    .reduce((sum, { backends }) => sum + backends, 0);
}
