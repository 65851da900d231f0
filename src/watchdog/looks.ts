import { postgresMillis } from '../domain/postgres-time.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { WatchdogLoad } from '../domain/watchdog.ts';

/** One reading of the primary, with its PgBouncers. */
export interface Look {
  readonly snapshot: Snapshot;
  /** Clients that wait in the PgBouncers in front of it; null when there are none, or one could not be read. */
  readonly poolWaiting: number | null;
  /** When it was asked for and when it was there, in milliseconds since the epoch by Firebreak's own clock. */
  readonly askedAt: number;
  readonly readAt: number;
}

/** What is remembered between two looks. */
export interface Watching {
  /** Consecutive looks at one server, oldest first. */
  readonly looks: readonly Look[];
  /**
   * Milliseconds since the epoch on the server's clock: what began before may be younger than it seems, as a clock was set
   * since. Null when both clocks went on alike.
   */
  readonly agesHoldFrom: number | null;
}

/** A policy acts on what so many looks in a row have shown. */
export const LOOKS = 3;
/** Looks further apart than this are not in a row: nobody knows what was in between. */
const MOST_APART_MS = 60_000;
/** By how much two clocks may differ over one pause, beside the time that the readings took. */
const DRIFT_MS = 2_000;

export const NOT_WATCHED: Watching = { looks: [], agesHoldFrom: null };

/**
 * Puts one more look behind those before. Another server, a standby, a long gap or a clock that was set begin anew; after
 * a clock was set, ages of what began before are not believed any more. Pure.
 */
export function withLook({ looks, agesHoldFrom }: Watching, look: Look): Watching {
  const last = looks.at(-1);
  if (last === undefined) return { looks: [look], agesHoldFrom };
  if (last.snapshot.startedAt !== look.snapshot.startedAt) return { looks: [look], agesHoldFrom: null };
  const byServer = serverMillis(look) - serverMillis(last);
  const isAlike =
    byServer >= look.askedAt - last.readAt - DRIFT_MS && byServer <= look.readAt - last.askedAt + DRIFT_MS;
  if (!isAlike) return { looks: [look], agesHoldFrom: serverMillis(look) };
  // The reading before, told once more.
  if (byServer <= 0) return { looks, agesHoldFrom };
  const isNext = byServer <= MOST_APART_MS && last.snapshot.inRecovery === look.snapshot.inRecovery;
  return { looks: isNext ? [...looks.slice(1 - LOOKS), look] : [look], agesHoldFrom };
}

export function serverMillis({ snapshot }: Look): number {
  return postgresMillis(snapshot.at);
}

export function loadOf({ snapshot, poolWaiting }: Look): WatchdogLoad {
  const { onCpu, cores } = snapshot;
  return { onCpuPerCore: cores === null ? null : onCpu / cores, poolWaiting };
}
