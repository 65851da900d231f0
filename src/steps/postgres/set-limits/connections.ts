import { type Claim, fairLimit, ordinarySlots, shareSlots } from '../../../domain/connection-limits.ts';
import { formatCount } from '../../../domain/format.ts';
import type { LoginRole, ServerReadout } from '../../../domain/server-readout.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';

/** Connections that Firebreak needs itself, where none are reserved for it: two, and one to come back. */
const FOR_FIREBREAK = 3;

export interface ConnectionPlan {
  /** New limits by role; a role that keeps what it has is not in it. */
  readonly limits: ReadonlyMap<string, number>;
  /** Most connections at once by role, in what was seen. */
  readonly peaks: ReadonlyMap<string, number>;
  /** In words, what is shared and what stays out. */
  readonly arithmetic: string;
  /** Why no limits are proposed, or null. */
  readonly problem: string | null;
}

/**
 * A limit for each role that has none, and lower ones where all limits together are more than there are slots. What
 * the others use (protected roles, roles of other databases, Firebreak) is taken off first.
 * @param seen readings of the server, the present one among them.
 */
export function planConnections(
  server: ServerReadout,
  roles: readonly LoginRole[],
  seen: readonly Snapshot[],
): ConnectionPlan {
  const peaks = peaksOf(seen);
  const [present] = seen.slice(-1);
  const slots = present === undefined ? 0 : ordinarySlots(present);
  const claims = roles
    .filter(({ connectionLimit }) => connectionLimit !== 0)
    .map((role) => claim(role, peaks, slots));
  const own = (present?.slots.reserved ?? 0) > 0 ? 0 : FOR_FIREBREAK;
  const others = usedByOthers(server, { roles, peaks, own });
  const available = slots - others;
  const shared = shareSlots(claims, available);
  const arithmetic = `${slots} slots for ordinary roles, less ${others} for Firebreak and the roles that are left alone`;
  if (shared === null)
    return {
      limits: new Map(),
      peaks,
      arithmetic,
      problem: `No connection limits are proposed: at their peak the roles had ${formatCount(
        claims.reduce((sum, { floor }) => sum + floor, 0),
        'connection',
      )}, and ${available} are left to share (${arithmetic}). Put PgBouncer in front first.`,
    };
  const limits = roles.flatMap(({ name, connectionLimit }): [string, number][] => {
    const limit = shared.get(name);
    return limit === undefined || limit === connectionLimit ? [] : [[name, limit]];
  });
  return { limits: new Map(limits), peaks, arithmetic, problem: null };
}

function claim(role: LoginRole, peaks: ReadonlyMap<string, number>, slots: number): Claim {
  const peak = Math.max(1, peaks.get(role.name) ?? 0);
  const want = role.connectionLimit ?? fairLimit({ sessions: peak }, slots);
  return { role: role.name, floor: Math.min(peak, want), want };
}

/** Limits of roles that keep them, what roles without one had at their peak, and what Firebreak needs. */
function usedByOthers(
  { roles: all }: ServerReadout,
  {
    roles,
    peaks,
    own,
  }: {
    readonly roles: readonly LoginRole[];
    readonly peaks: ReadonlyMap<string, number>;
    readonly own: number;
  },
): number {
  const limited = new Set(roles.map(({ name }) => name));
  const known = new Map(all.map((role) => [role.name, role]));
  const names = new Set([...peaks.keys(), ...known.keys()].filter((name) => !limited.has(name)));
  return [...names].reduce((sum, name) => {
    const role = known.get(name);
    return sum + (role?.connectionLimit ?? (role?.own === true ? own : (peaks.get(name) ?? 0)));
  }, 0);
}

function peaksOf(seen: readonly Snapshot[]): Map<string, number> {
  const peaks = new Map<string, number>();
  for (const { groups } of seen) {
    const now = new Map<string, number>();
    for (const { user, backends } of groups)
      if (user !== null) now.set(user, (now.get(user) ?? 0) + backends);
    for (const [user, backends] of now) peaks.set(user, Math.max(peaks.get(user) ?? 0, backends));
  }
  return peaks;
}
