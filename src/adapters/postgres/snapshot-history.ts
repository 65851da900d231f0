import type { Snapshot } from '../../domain/snapshot.ts';

/** Readings nearer to the last kept one than this are not kept; milliseconds. */
const APART_MS = 10_000;
const OLDEST_MS = 15 * 60_000;
const MOST = 60;
/** Characters kept of a query text: enough to know it again. */
const TEXT = 120;

/**
 * Earlier readings of one server, kept in memory so that a diagnosis sees trends. Nothing is asked for them: they are
 * the readings that were made anyway. At most 60, ten seconds apart, a quarter of an hour old; none of a former server.
 */
export class SnapshotHistory {
  readonly #now: () => number;
  #kept: { at: number; snapshot: Snapshot }[] = [];

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(snapshot: Snapshot): void {
    const at = this.#now();
    const last = this.#kept.at(-1);
    if (last !== undefined && !isSameServer(last.snapshot, snapshot)) this.#kept = [];
    else if (last !== undefined && at - last.at < APART_MS) return;
    const sessions = snapshot.sessions.map((session) => ({ ...session, sql: session.sql.slice(0, TEXT) }));
    this.#kept = [...this.#kept.slice(1 - MOST), { at, snapshot: { ...snapshot, sessions } }];
  }

  /** Oldest first. */
  list(): Snapshot[] {
    const now = this.#now();
    this.#kept = this.#kept.filter(({ at }) => now - at <= OLDEST_MS);
    return this.#kept.map(({ snapshot }) => snapshot);
  }
}

/** A restarted server and a promoted standby have other sessions, and another load. */
function isSameServer(one: Snapshot, other: Snapshot): boolean {
  return one.startedAt === other.startedAt && one.inRecovery === other.inRecovery;
}
