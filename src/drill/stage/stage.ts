import type pg from 'pg';
import type { PostgresServer } from '../../adapters/embedded-postgres/server.ts';
import type { Shape } from '../shape.ts';
import type { Cluster, WorkloadOptions } from './cluster.ts';
import type { PgBouncer } from './pgbouncer.ts';
import type { ServiceAddress } from './service-address.ts';
import type { SqlProgram } from './sql-program.ts';
import type { PodCommand } from './workloads.ts';

export type ServerName = 'primary' | 'replica';

/** Who a session of the drill's own process is. */
export interface Login {
  readonly role: string;
  readonly application: string;
  readonly server?: ServerName;
  /** Connects to the server itself, also where the shape goes through PgBouncer. */
  readonly direct?: boolean;
  /** Startup options, such as `-c lock_timeout=5s`; they make the connection direct. */
  readonly options?: string;
}

/** What a scenario plays on. Everything that it starts ends with the stage. */
export interface Stage {
  readonly shape: Shape;
  /** Aborts when the drill is stopped or the scenario's time is over. */
  readonly signal: AbortSignal;
  readonly primary: PostgresServer;
  /** @throws Error when the scenario does not say that it needs one. */
  readonly replica: PostgresServer;
  /** There when the scenario needs it or the shape goes through it. */
  readonly pgbouncer: PgBouncer | undefined;
  /** Where PgBouncer finds its server; leads to the primary at first. @throws Error when the scenario does not say that it needs one. */
  readonly serviceAddress: ServiceAddress;
  readonly cluster: Cluster;
  readonly cores: number;

  /** Creates a login role unless it is there; it may read and write the shape's tables. */
  readonly role: (name: string, memberOf?: readonly string[]) => Promise<void>;
  /** Connection URL for a role, with its password: through PgBouncer where the shape goes through it. */
  readonly url: (login: Pick<Login, 'role' | 'server' | 'direct'>) => string;
  /** Runs statements as superuser, beside everybody else; the rows of the last one. */
  readonly sql: <R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    server?: ServerName,
  ) => Promise<R[]>;

  /** A session of a person or a tool: it comes from an address that no pod has. Its role is created when missing. */
  readonly person: (login: Login) => Promise<pg.Client>;
  /** The command of pods that run this program; its role is created when missing. */
  readonly program: (program: SqlProgram) => Promise<PodCommand>;
  /** The short form for workloads whose pods run a program. */
  readonly cronJob: (
    options: WithProgram & { readonly schedule?: string; readonly idle?: boolean },
  ) => Promise<void>;
  readonly job: (options: WithProgram) => Promise<void>;
  readonly deployment: (options: WithProgram) => Promise<void>;

  /** Waits until it holds; looks four times a second. @throws Error that says what did not come about. */
  readonly until: (what: string, holds: () => Promise<boolean>, withinMs?: number) => Promise<void>;
  /** Called when the stage ends, last first. */
  readonly defer: (cleanUp: () => Promise<void> | void) => void;
  readonly say: (line: string) => void;
}

export type WithProgram = Omit<WorkloadOptions, 'program'> & { readonly program: SqlProgram };
