import type { Logger } from '../../ports/logger.ts';

/** A value that prints as `<secret>`; `reveal` gives the text. */
export interface SecretText {
  reveal(): string;
}

/** One PgBouncer in front of a monitored database. */
export interface PoolerConfig {
  /** Name of the monitored database. */
  readonly database: string;
  readonly name: string;
  /** Connection URL of its console; the database in it is ignored, it is always `pgbouncer`. */
  readonly url: SecretText;
  /** PgBouncer's names of the databases that lead to the primary; null is all of them. */
  readonly pools: readonly string[] | null;
}

/** What the adapter needs beside the poolers; times in milliseconds. */
export interface PoolersOptions {
  readonly logger: Logger;
  /** Time for an answer, and for a new connection; 3000 unless told. */
  readonly deadlineMs?: number;
  /** Pause between pings of an unused session; 10000 unless told. */
  readonly pingMs?: number;
  /** More clients than this are not listed, because the list would hold up a PgBouncer that has one thread; 5000 unless told. */
  readonly mostClients?: number;
}
