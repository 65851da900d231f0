import type { Pooler } from '../domain/pooler.ts';

/** One database of one PgBouncer. */
export interface PoolRef {
  /** Name of the PgBouncer from the configuration. */
  readonly pooler: string;
  /** PgBouncer's name of the database; null is the pooler as a whole. */
  readonly pool: string | null;
}

/** The only commands that Firebreak sends to a PgBouncer; whatever else there is cannot be expressed. */
export type PoolCommand = 'RECONNECT' | 'RESUME';

/**
 * The PgBouncers in front of the monitored databases: one standing console session each, every statement with a
 * deadline. Every method that asks one throws FirebreakError: `pooler-unreachable`, `pooler-timeout`,
 * `pooler-permission` or `pooler-error`.
 */
export interface Poolers {
  /** Names of the PgBouncers in front of a database, in the order of the configuration; none is no error. */
  names(database: string): readonly string[];
  read(database: string, pooler: string, signal: AbortSignal): Promise<Pooler>;
  /** Pools and their databases only: what a watch asks every few seconds. */
  pools(
    database: string,
    pooler: string,
    signal: AbortSignal,
  ): Promise<Pick<Pooler, 'name' | 'pools' | 'databases'>>;
  /** Closes every server connection of the database as soon as it is free; running transactions finish. */
  reconnect(database: string, ref: PoolRef & { readonly pool: string }, signal: AbortSignal): Promise<void>;
  /** Lets a paused database, or the paused pooler, go on. */
  resume(database: string, ref: PoolRef, signal: AbortSignal): Promise<'resumed' | 'was-not-paused'>;
  /** The exact text of a command. */
  commandText(command: PoolCommand, pool: string | null): string;
  /** The command as a line for a terminal. */
  byHand(database: string, ref: PoolRef, command: PoolCommand | 'SHOW POOLS' | 'SHOW SERVERS'): string;
}
