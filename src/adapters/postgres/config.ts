import type { SignalGuard } from '../../ports/databases.ts';
import type { Logger } from '../../ports/logger.ts';

/** A value that prints as `<secret>`; `reveal` gives the text. */
export interface SecretText {
  reveal(): string;
}

/** One monitored database. Every URL is a connection URL of PostgreSQL, directly to the server and not through PgBouncer. */
export interface DatabaseConfig {
  readonly name: string;
  readonly service: string | null;
  /** Roles that are shed first, the least important first; nobody unless given. */
  readonly shedFirst?: readonly string[];
  readonly cores: number | null;
  readonly url: SecretText;
  readonly replicas: readonly {
    readonly name: string;
    readonly url: SecretText;
    readonly cores?: number | null;
  }[];
  /** Connection for signalling on the primary; without it the database `postgres` of `url` is used where it may. */
  readonly killUrl?: SecretText;
  /** Connection of a role with REPLICATION to the primary, used as a walsender when no slot is left. */
  readonly breakGlassUrl?: SecretText;
}

/** What the adapter needs beside the databases; times in milliseconds. */
export interface DatabasesOptions {
  readonly logger: Logger;
  /**
   * Who is never signalled. Its roles are added to those of every request, and its values stand in the text of
   * the guarded statement that people read.
   */
  readonly guard: SignalGuard;
  /** Time that PostgreSQL gives a statement; 5000 unless told. */
  readonly statementTimeoutMs?: number;
  /** Time after which an unanswered session is given up; 2000 more than the statement timeout unless told. */
  readonly queryTimeoutMs?: number;
  /** Time for a new connection; 5000 unless told. */
  readonly connectTimeoutMs?: number;
  /** Pause between pings of an unused session; 10000 unless told. */
  readonly pingMs?: number;
  /** Least time between two readings of one server; 2000 unless told. */
  readonly snapshotIntervalMs?: number;
}

/** The options with their defaults. */
export type Settings = Required<DatabasesOptions>;

/** Fills in the defaults: short enough for a server in trouble, long enough for a saturated one. */
export function withDefaults(options: DatabasesOptions): Settings {
  const statementTimeoutMs = options.statementTimeoutMs ?? 5_000;
  return {
    logger: options.logger,
    guard: options.guard,
    statementTimeoutMs,
    queryTimeoutMs: options.queryTimeoutMs ?? statementTimeoutMs + 2_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    pingMs: options.pingMs ?? 10_000,
    snapshotIntervalMs: options.snapshotIntervalMs ?? 2_000,
  };
}
