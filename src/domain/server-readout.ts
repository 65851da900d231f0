import { z } from 'zod';

/** A server setting by its reset value: what a new session gets that neither role nor database gives another one. */
const ServerSetting = z.object({
  value: z.string(),
  /** `ms`, `kB`, `8kB` and so on, or null. */
  unit: z.string().nullable(),
  /** It was changed in a file and waits for a restart. */
  pendingRestart: z.boolean(),
});

/** A role that may log in to the database; those for replication alone and those of a provider are left out. */
export const LoginRole = z.object({
  name: z.string(),
  superuser: z.boolean(),
  /** Whether it is the one that initdb made, which always exists. */
  bootstrap: z.boolean(),
  /** Whether Firebreak itself logs in as it. */
  own: z.boolean(),
  /** Null is no limit. */
  connectionLimit: z.int().nullable(),
  /** Client backends that it has in this database now. */
  sessions: z.int(),
});
export type LoginRole = z.infer<typeof LoginRole>;

/** A value that was stored with ALTER ROLE or ALTER DATABASE; null stands for all roles, or all databases. */
const StoredSetting = z.object({
  role: z.string().nullable(),
  database: z.string().nullable(),
  name: z.string(),
  value: z.string(),
});

/** How a server is set up, and who may log in to the database that was asked. */
export const ServerReadout = z.object({
  /** PostgreSQL's name of the database. */
  database: z.string(),
  versionNumber: z.int(),
  inRecovery: z.boolean(),
  /** Most connections to this database; null is no limit. */
  databaseLimit: z.int().nullable(),
  /** By name; one that this version lacks, or that the role may not see, is missing. */
  settings: z.record(z.string(), ServerSetting),
  roles: z.array(LoginRole),
  /** Stored values of timeouts for this database. */
  stored: z.array(StoredSetting),
  /** Names of the extensions that are created in this database. */
  extensions: z.array(z.string()),
  /** Every database of the server with the age of its oldest transaction id. */
  ages: z.array(z.object({ database: z.string(), age: z.number() })),
  publications: z.int(),
  /** Tables that are published for updates and cannot tell their rows apart, at most 50. */
  publishedWithoutIdentity: z.array(z.string()),
});
export type ServerReadout = z.infer<typeof ServerReadout>;

/** What the statistics say of one table, since they were last reset. */
export const TableUse = z.object({
  /** `schema.table`, quoted where SQL needs it. */
  name: z.string(),
  liveRows: z.number(),
  deadRows: z.number(),
  sequentialScans: z.number(),
  /** Rows that these scans read. */
  sequentialRows: z.number(),
  indexScans: z.number(),
  bytes: z.number(),
  /** Columns of each valid index, in order; an expression is null. */
  indexes: z.array(z.array(z.string().nullable())),
});
export type TableUse = z.infer<typeof TableUse>;

/** Tables and indexes of one database. */
export const RelationReadout = z.object({
  /** When the statistics were last reset, ISO 8601; null when never. */
  statisticsSince: z.string().nullable(),
  /** Tables of more than 10,000 rows, those that are scanned most first, at most 200. */
  tables: z.array(TableUse),
  /** Indexes that a failed or cancelled build left behind; those that are being built are none. */
  invalidIndexes: z.array(z.object({ name: z.string(), table: z.string(), bytes: z.number() })),
  /** Groups of indexes that do the same, none of them unique. */
  duplicateIndexes: z.array(z.object({ names: z.array(z.string()), table: z.string(), bytes: z.number() })),
  /** Foreign keys of tables with more than 10,000 rows whose columns no index begins with. */
  unindexedKeys: z.array(
    z.object({
      constraint: z.string(),
      table: z.string(),
      references: z.string(),
      columns: z.array(z.string()),
      rows: z.number(),
    }),
  ),
});
export type RelationReadout = z.infer<typeof RelationReadout>;
