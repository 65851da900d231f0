import { z } from 'zod';
import { PoolClient } from './pooler.ts';

/** PostgreSQL timestamps stay text: a JavaScript Date has milliseconds only and would never match again. */
const Timestamp = z.string();

/** The PgBouncer that a session belongs to, and for whom it works there. */
export const Behind = z.object({
  /** Name from the configuration. */
  pooler: z.string(),
  /** The client that it was linked to through its present transaction, or null when that is not certain. */
  client: PoolClient.nullable(),
  /** Whether pid and port both agree; behind another proxy only the pid does. */
  exact: z.boolean(),
});
export type Behind = z.infer<typeof Behind>;

/** One non-idle client backend of a snapshot. */
export const Session = z.object({
  /** When the server that it runs on was started; the same server has the same time until it is restarted. */
  serverStart: Timestamp,
  pid: z.int(),
  backendStart: Timestamp,
  xactStart: Timestamp.nullable(),
  queryStart: Timestamp.nullable(),
  state: z.string(),
  waitEventType: z.string().nullable(),
  waitEvent: z.string().nullable(),
  database: z.string().nullable(),
  user: z.string().nullable(),
  applicationName: z.string(),
  clientAddress: z.string().nullable(),
  clientPort: z.int().nullable(),
  /** True when the transaction has written (has a transaction id). */
  writes: z.boolean(),
  /** pg_stat_activity.query_id as text, or null when it is not computed. */
  queryId: z.string().nullable(),
  /** Age of the transaction in seconds, or null outside of one. */
  transactionSeconds: z.number().nullable(),
  /** Seconds in the present state: running time when active, idle time otherwise. */
  stateSeconds: z.number().nullable(),
  parallelWorkers: z.int(),
  /**
   * age(backend_xmin): how many transactions began since its snapshot was taken, or null when it holds none. On a
   * standby the sessions with the highest value are the first that replay conflicts with.
   */
  snapshotAge: z.number().nullable().default(null),
  /** What protects it whoever asks, by the codes of the guarded signal statement, such as `superuser`. */
  protectedBy: z.array(z.string()).default([]),
  /** Query text with its literals masked, at most 800 characters. */
  sql: z.string(),
  /** Key and value tags of a sqlcommenter comment, read before masking. */
  tags: z.record(z.string(), z.string()),
  /** Set when it is a server connection of a PgBouncer: clientAddress is then PgBouncer's. */
  behind: Behind.nullable().default(null),
});
export type Session = z.infer<typeof Session>;

/** One idle client backend, outside of any transaction: it holds a slot and nothing else. */
export const IdleSession = z.object({
  serverStart: Timestamp,
  pid: z.int(),
  backendStart: Timestamp,
  /** Start of its last query, which names its idle time; null when it has run none yet. */
  queryStart: Timestamp.nullable(),
  database: z.string().nullable(),
  user: z.string().nullable(),
  applicationName: z.string(),
  clientAddress: z.string().nullable(),
  clientPort: z.int().nullable(),
  /** Age of the connection. */
  backendSeconds: z.number(),
  idleSeconds: z.number(),
  /** As of a session that is at work. */
  protectedBy: z.array(z.string()).default([]),
});
export type IdleSession = z.infer<typeof IdleSession>;

/** Sessions counted by who holds them; `backends` includes the idle ones. */
export const SessionGroup = z.object({
  user: z.string().nullable(),
  applicationName: z.string(),
  clientAddress: z.string().nullable(),
  database: z.string().nullable(),
  state: z.string().nullable(),
  backends: z.int(),
  lockWaiting: z.int(),
  /** Longest time in the present state. */
  oldestSeconds: z.number().nullable(),
  /** Age of the oldest of these connections, or null when it was not read. */
  oldestBackendSeconds: z.number().nullable().default(null),
  /** Connections that were opened in the last two minutes. */
  youngBackends: z.int().default(0),
  /** Set when the address is that of a PgBouncer. */
  behind: Behind.nullable().default(null),
});
export type SessionGroup = z.infer<typeof SessionGroup>;

/**
 * A walsender's client as the primary sees it (pg_stat_replication). Bytes are the truth, seconds an estimate: the
 * first part of the log that is not yet sent, not yet flushed, not yet replayed shows where it stands still.
 */
export const Standby = z.object({
  applicationName: z.string(),
  clientAddress: z.string().nullable(),
  /** Only a standby replays; a base backup, pg_receivewal or a logical consumer is none. */
  kind: z.enum(['standby', 'backup', 'receiver', 'logical']).default('standby'),
  state: z.string().nullable(),
  sendBytes: z.number().nullable().default(null),
  flushBytes: z.number().nullable().default(null),
  replayBytes: z.number().nullable(),
  replaySeconds: z.number().nullable(),
  /** Seconds since the standby last answered; over 10 means that it is not to be believed. */
  replyAgeSeconds: z.number().nullable(),
});
export type Standby = z.infer<typeof Standby>;

/** A replication slot (pg_replication_slots) with what it keeps from being removed. */
export const ReplicationSlot = z.object({
  name: z.string(),
  /** `physical` or `logical`. */
  type: z.string(),
  active: z.boolean(),
  /** `reserved`, `extended` (over max_wal_size), `unreserved` or `lost`. */
  walStatus: z.string().nullable(),
  retainedBytes: z.number().nullable(),
  /** Bytes that may still be written before the slot is lost; null without max_slot_wal_keep_size. */
  safeBytes: z.number().nullable().default(null),
  /** Seconds since it was last used; null while active and before PostgreSQL 17. */
  inactiveSeconds: z.number().nullable().default(null),
  /** Decoding plugin and database of a logical slot. */
  plugin: z.string().nullable().default(null),
  database: z.string().nullable().default(null),
  /** Who reads it now, or null. */
  consumer: z
    .object({ applicationName: z.string(), clientAddress: z.string().nullable() })
    .nullable()
    .default(null),
  /** Age of the oldest transaction that vacuum has to keep rows for, or null. */
  xminAge: z.number().nullable().default(null),
  /** Why it was invalidated (PostgreSQL 17 and later), or null. */
  invalidatedBy: z.string().nullable().default(null),
});
export type ReplicationSlot = z.infer<typeof ReplicationSlot>;

/** The lock that a waiter asks for and has not got (pg_locks). */
export const LockRequest = z.object({
  pid: z.int(),
  /** `relation`, `tuple`, `transactionid` and so on. */
  type: z.string(),
  /** Such as `AccessExclusiveLock`. */
  mode: z.string(),
  /** The table, when the lock is on one of this database or on a row of it. */
  relation: z.string().nullable(),
  /** `page/tuple` of the row, or null. */
  row: z.string().nullable(),
  /** The transaction whose end it waits for, or null. */
  transactionId: z.string().nullable(),
});
export type LockRequest = z.infer<typeof LockRequest>;

/** A transaction after PREPARE TRANSACTION: it has no session, keeps its locks over restarts, and only its owner or a superuser ends it. */
export const PreparedTransaction = z.object({
  gid: z.string(),
  transactionId: z.string(),
  owner: z.string(),
  database: z.string(),
  /** Since it was prepared. */
  seconds: z.number(),
  /** Tables of this database that it holds locks on; read only while somebody waits for a lock. */
  relations: z.array(z.string()),
});
export type PreparedTransaction = z.infer<typeof PreparedTransaction>;

export const AutovacuumWorker = z.object({
  pid: z.int(),
  database: z.string().nullable(),
  /** `schema.table`, or null between two tables. */
  table: z.string().nullable(),
  preventsWraparound: z.boolean(),
  seconds: z.number().nullable(),
  /** pg_stat_progress_vacuum, such as `scanning heap`, or null. */
  phase: z.string().nullable(),
  /** Share of the table's pages that were scanned, 0 to 1, or null. */
  scannedShare: z.number().nullable(),
});
export type AutovacuumWorker = z.infer<typeof AutovacuumWorker>;

/** One reading of one PostgreSQL server, in one round trip. */
export const Snapshot = z.object({
  /** Database name from the configuration. */
  database: z.string(),
  /** `primary` or the name of the replica from the configuration. */
  server: z.string(),
  at: Timestamp,
  /** pg_postmaster_start_time(): tells a server from its promoted standby, which has the same system identifier. */
  startedAt: Timestamp,
  versionNumber: z.int(),
  inRecovery: z.boolean(),
  /** Slots: all, reserved for superusers, reserved for pg_use_reserved_connections, used by client backends. */
  slots: z.object({ max: z.int(), superuserReserved: z.int(), reserved: z.int(), used: z.int() }),
  /** Cores of the server from the configuration, or null when nobody said. SQL cannot see them. */
  cores: z.number().nullable(),
  /** Active client backends and parallel workers that wait for nothing: on a CPU or runnable. */
  onCpu: z.int(),
  waits: z.array(z.object({ type: z.string(), event: z.string(), backends: z.int() })),
  groups: z.array(SessionGroup),
  /** Non-idle client backends, oldest transaction first, at most 50; those that block others are always among them. */
  sessions: z.array(Session),
  /** Of the roles that hold the most idle connections, the longest idle ones, at most 100; none while idle ones fill less than 0.3 of max_connections. */
  idleSessions: z.array(IdleSession).default([]),
  /** Every client backend, idle ones included, with address and port of its client. */
  backends: z
    .array(
      z.object({
        pid: z.int(),
        user: z.string().nullable(),
        clientAddress: z.string().nullable(),
        clientPort: z.int().nullable(),
      }),
    )
    .default([]),
  /** Lock waiters, oldest first, at most 20; a blocker 0 is a prepared transaction. */
  lockWaiters: z.array(z.object({ pid: z.int(), blockers: z.array(z.int()) })),
  standbys: z.array(Standby),
  slotsRetaining: z.array(ReplicationSlot),
  wal: z
    .object({
      /** Bytes from the beginning of the log: written on a primary, received on a standby. */
      position: z.number().nullable(),
      /** max_wal_size in bytes. */
      maxBytes: z.number(),
      /** max_slot_wal_keep_size in bytes; null is no limit, so that a slot can fill the disk. */
      slotKeepBytes: z.number().nullable(),
      /** The parameters that a standby must not have smaller than its primary. */
      standbyParameters: z.record(z.string(), z.int()),
    })
    .default({ position: null, maxBytes: 1024 ** 3, slotKeepBytes: null, standbyParameters: {} }),
  /** What each of the lock waiters asks for. */
  lockRequests: z.array(LockRequest),
  /** Oldest first, at most 20. */
  prepared: z.array(PreparedTransaction),
  autovacuumWorkers: z.array(AutovacuumWorker),
  /** Milliseconds that the round trip took. */
  tookMs: z.number(),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** The identity of a backend: a pid alone is reused by the operating system, and means another one elsewhere. */
export const SessionIdentity = z.object({
  /** Null in plans of version 0.1, which are refused. */
  serverStart: Timestamp.nullable().default(null),
  pid: z.int(),
  backendStart: Timestamp,
  xactStart: Timestamp.nullable(),
  queryStart: Timestamp.nullable(),
});
export type SessionIdentity = z.infer<typeof SessionIdentity>;

/** `pid/backend_start`: names one backend for ever. */
export function backendId(session: { pid: number; backendStart: string }): string {
  return `${session.pid}/${session.backendStart}`;
}

/** Slots that an ordinary role can use. */
export function usableSlots(slots: Snapshot['slots']): number {
  return slots.max - slots.superuserReserved - slots.reserved;
}
