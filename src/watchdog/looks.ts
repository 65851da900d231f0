import { postgresMillis } from '../domain/postgres-time.ts';
import type { SessionIdentity, Snapshot } from '../domain/snapshot.ts';
import type { WatchdogLoad } from '../domain/watchdog.ts';

/** One reading of the primary, with its PgBouncers. */
export interface Look {
  readonly snapshot: Snapshot;
  /** Clients that wait in the PgBouncers in front of it; null when there are none, or one could not be read. */
  readonly poolWaiting: number | null;
  /** When it was there, in milliseconds since the epoch by Firebreak's own clock. */
  readonly readAt: number;
}

/** What is remembered between two looks. */
export interface Watching {
  /** Consecutive looks at one primary, oldest first. */
  readonly looks: readonly Look[];
  /** Since when each query that runs has been seen to run, by Firebreak's own clock in milliseconds since the epoch. */
  readonly seenSince: ReadonlyMap<string, number>;
}

/** A policy acts on what so many looks in a row have shown. */
export const LOOKS = 3;
/** Looks further apart than this are not in a row: nobody knows what was in between. */
const MOST_APART_MS = 60_000;

export const NOT_WATCHED: Watching = { looks: [], seenSince: new Map() };

/** Nothing is in a row any more; a query that is seen again later has run all the while. */
export function interrupted({ seenSince }: Watching): Watching {
  return { looks: [], seenSince };
}

/** Puts one more look behind those before. Another server, a standby, a long gap or a server clock that went back begin anew. Pure. */
export function withLook({ looks, seenSince: before }: Watching, look: Look): Watching {
  const active = look.snapshot.sessions.filter(({ state }) => state === 'active');
  const seenSince = new Map(
    active.map((session) => [queryName(session), before.get(queryName(session)) ?? look.readAt]),
  );
  const last = looks.at(-1);
  const isNext = last !== undefined && isInRow(last, look);
  return { looks: isNext ? [...looks.slice(1 - LOOKS), look] : [look], seenSince };
}

function isInRow(last: Look, look: Look): boolean {
  const apart = serverMillis(look) - serverMillis(last);
  return (
    last.snapshot.startedAt === look.snapshot.startedAt &&
    last.snapshot.inRecovery === look.snapshot.inRecovery &&
    apart > 0 &&
    apart <= MOST_APART_MS
  );
}

/** Names one query of one backend for ever. */
export function queryName({ serverStart, pid, backendStart, queryStart }: SessionIdentity): string {
  return [serverStart, pid, backendStart, queryStart].join(' ');
}

export function serverMillis({ snapshot }: Look): number {
  return postgresMillis(snapshot.at);
}

export function loadOf({ snapshot, poolWaiting }: Look): WatchdogLoad {
  const { onCpu, cores } = snapshot;
  return { onCpuPerCore: cores === null ? null : onCpu / cores, poolWaiting };
}
