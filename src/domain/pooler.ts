import { z } from 'zod';

/** A pool of PgBouncer: the server connections of one of its databases for one role (SHOW POOLS). */
export const Pool = z.object({
  /** PgBouncer's own name of the database, which may differ from PostgreSQL's. */
  database: z.string(),
  user: z.string(),
  clientsActive: z.int(),
  clientsWaiting: z.int(),
  /** How long the client that waits longest has waited. */
  maxWaitSeconds: z.number(),
  serversActive: z.int(),
  serversIdle: z.int(),
  serversUsed: z.int(),
  serversTested: z.int(),
  serversLogin: z.int(),
  /** `session`, `transaction` or `statement`. */
  mode: z.string(),
});
export type Pool = z.infer<typeof Pool>;

/** A database of PgBouncer: where its pools lead, and how many connections they may open (SHOW DATABASES). */
export const PoolDatabase = z.object({
  name: z.string(),
  /** Null is a local socket. */
  host: z.string().nullable(),
  port: z.int().nullable(),
  poolSize: z.int(),
  reservePool: z.int(),
  /** Most server connections over all roles; null is no limit. */
  maxConnections: z.int().nullable(),
  paused: z.boolean(),
  disabled: z.boolean(),
});
export type PoolDatabase = z.infer<typeof PoolDatabase>;

/** The client that a server connection is linked to at this moment. */
export const PoolClient = z.object({
  address: z.string(),
  port: z.int(),
  applicationName: z.string(),
});
export type PoolClient = z.infer<typeof PoolClient>;

/** A connection from PgBouncer to PostgreSQL (SHOW SERVERS). Ages are in whole seconds, as PgBouncer shows its times. */
export const PoolServer = z.object({
  database: z.string(),
  user: z.string(),
  /** `active`, `idle`, `used`, `tested`, `new`, … */
  state: z.string(),
  /** The address that it leads to, as PgBouncer resolved it when it was opened. */
  address: z.string().nullable(),
  /** PgBouncer's own end: client_port of the backend, when nothing stands between them. */
  localPort: z.int().nullable(),
  /** The backend's pid as it said itself; null before it has logged in. */
  remotePid: z.int().nullable(),
  ageSeconds: z.number().nullable(),
  /** Seconds since its client last sent something. */
  requestSeconds: z.number().nullable(),
  /** RECONNECT was said: it is closed as soon as it is free. */
  closing: z.boolean(),
  client: PoolClient.nullable(),
});
export type PoolServer = z.infer<typeof PoolServer>;

/** One reading of one PgBouncer, of those of its databases that lead to the server of the incident. */
export const Pooler = z.object({
  /** Name from the configuration. */
  name: z.string(),
  version: z.string(),
  /** True when the configuration names its databases that lead to the primary, so that no other one was read. */
  scoped: z.boolean(),
  /** Of the pooler as a whole; null before PgBouncer 1.19, which does not say it. */
  state: z.enum(['active', 'paused', 'suspended']).nullable(),
  databases: z.array(PoolDatabase),
  pools: z.array(Pool),
  servers: z.array(PoolServer),
  /** Clients that wait for a server connection, by address. */
  waiting: z.array(
    z.object({ database: z.string(), user: z.string(), address: z.string(), clients: z.int() }),
  ),
  settings: z.object({
    serverLoginRetrySeconds: z.number(),
    queryWaitTimeoutSeconds: z.number(),
    maxClientConnections: z.int(),
    /** application_name_add_host: application_name of each backend ends with its client's address. */
    addsHost: z.boolean(),
    /** idle_transaction_timeout: a client that keeps a transaction idle for longer is cut; 0 is never. */
    idleTransactionTimeoutSeconds: z.number().nullable().default(null),
    /** max_prepared_statements: prepared statements that are kept for each client; 0 is none, null before 1.21. */
    preparedStatements: z.int().nullable().default(null),
  }),
  /** What of it was not read, in words. */
  gaps: z.array(z.string()),
});
export type Pooler = z.infer<typeof Pooler>;
