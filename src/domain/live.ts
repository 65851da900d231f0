import type { Evidence } from './cause.ts';

/** A session of a monitored database as people read it. Its SQL has its literals masked. */
export interface SessionNow {
  readonly pid: number;
  /** Age of the transaction, or of the query outside of one, in seconds. */
  readonly ageSeconds: number;
  /** PostgreSQL's state, or `waits for a lock`. */
  readonly state: string;
  /** Who is behind it, such as `CronJob analytics/report-generator`. */
  readonly owner: string;
  /** How well that is known. */
  readonly certainty: Evidence['strength'] | 'none';
  readonly user: string | null;
  readonly application: string;
  readonly sql: string;
}

/** What was read at one moment, and what could not be read, in words. */
interface Reading {
  readonly database: string;
  /** ISO 8601, the database's clock. */
  readonly at: string;
  /** Slots for ordinary roles, and how many client backends there are. */
  readonly slots: { readonly used: number; readonly usable: number };
  readonly gaps: readonly string[];
}

/** The oldest transactions and queries of a primary. */
export interface QueriesNow extends Reading {
  /** Backends on a CPU or runnable. */
  readonly onCpu: number;
  /** Oldest first. */
  readonly sessions: readonly SessionNow[];
  /** Seconds; the sessions that are listed are at least as old. */
  readonly olderThanSeconds: number;
}

/** A session in the queue for locks, with those that wait behind it. */
export interface LockNode {
  /** 0 is a prepared transaction. */
  readonly pid: number;
  /** Null when it is no client session: a prepared transaction, an autovacuum worker, a walsender. */
  readonly session: SessionNow | null;
  /** What it is when it is no client session, such as `autovacuum of public.orders`; null otherwise. */
  readonly otherwise: string | null;
  /** What it waits for, such as `AccessExclusiveLock on public.orders`; null for a root. */
  readonly request: string | null;
  readonly waiters: readonly LockNode[];
}

/** Who waits for locks behind whom on a primary. */
export interface LocksNow extends Reading {
  /** Those who block others and wait for nobody, most waiters first. */
  readonly roots: readonly LockNode[];
  /** How many sessions wait for a lock. */
  readonly waiting: number;
  /** Pids that wait for each other in a circle. */
  readonly circle: readonly number[];
}
