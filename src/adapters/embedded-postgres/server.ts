import type { Logger } from 'pino';
import type { Listen } from './addresses.ts';
import type { Settings } from './configuration.ts';

/** A running PostgreSQL server of ours. Disposing it stops it in `fast` mode. */
export interface PostgresServer extends AsyncDisposable {
  /** The real path of the data directory. */
  readonly dataDirectory: string;
  readonly pid: number;
  readonly port: number;
  /** An IP address, or the directory of the unix socket. */
  readonly host: string;
  /** True when the server was already running, left by a process of ours that was killed. */
  readonly adopted: boolean;
  /** The name of the superuser. */
  readonly superuser: string;
  /** True once its process has ended, by itself or by stop. */
  hasExited(): boolean;
  /** A connection URL, as the superuser (with its password over TCP) and to the database `postgres` by default. */
  url(options?: { user?: string; database?: string; password?: string }): string;
  /**
   * Stops the server and waits until it has gone; a second call waits for the first. `fast` ends all sessions and
   * writes a checkpoint, `immediate` leaves the work to crash recovery.
   * @throws FirebreakError `postgres-failed` when it has not gone after 30 s and a harder signal.
   */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

/** What to start, and where. */
export interface StartPostgresOptions {
  /** Created (with its parents) when it does not exist. */
  readonly dataDirectory: string;
  /** npm package with the programs, for another major version; that of this platform unless told. */
  readonly package?: string;
  /** Without a port a socket uses 5432 and a host a free port. */
  readonly listen: Listen;
  /** Name of the superuser of a new database; default `firebreak`. It must stay the same over restarts. */
  readonly superuser?: string;
  /** Server parameters; weaker than ALTER SYSTEM, rewritten at each start. `fsync` cannot be switched off. */
  readonly settings?: Settings;
  /** Further lines of pg_hba.conf; the superuser (with password over TCP) is admitted in any case. */
  readonly hba?: readonly string[];
  readonly logger?: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Aborting it stops a start in progress; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What to start as a streaming replica. */
export interface StartReplicaOptions extends Omit<StartPostgresOptions, 'superuser'> {
  /** The name that pg_stat_replication shows for it. */
  readonly applicationName: string;
}
