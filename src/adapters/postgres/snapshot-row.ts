import { z } from 'zod';

const count = z.int();
const text = z.string().nullable();

/** A list that json_agg leaves null when there is nothing. */
function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);
}

/** The JSON value of the snapshot statement, with that statement's short names. */
export const SnapshotRow = z.object({
  at: z.string(),
  up_since: z.string(),
  v: count,
  replica: z.boolean(),
  track_size: z.string(),
  hidden: count,
  max: count,
  su_res: count,
  res: count,
  used: count,
  by: listOf(
    z.object({
      usr: text,
      app: text,
      addr: text,
      db: text,
      state: text,
      n: count,
      lock_wait: count,
      oldest_s: z.number().nullable(),
      backend_s: z.number().nullable(),
      young: count,
    }),
  ),
  backends: listOf(z.tuple([count, text, text, count.nullable()])),
  waits: listOf(z.object({ t: z.string(), e: z.string(), n: count })),
  top: listOf(
    z.object({
      pid: count,
      bs: z.string(),
      xs: text,
      qs: text,
      state: z.string(),
      wt: text,
      we: text,
      db: text,
      usr: text,
      app: text,
      addr: text,
      port: count.nullable(),
      writes: z.boolean(),
      snap_age: z.number().nullable(),
      qid: text,
      xact_s: z.number().nullable(),
      state_s: z.number().nullable(),
      workers: count,
      q: text,
      q_bytes: count.nullable(),
      q_tail: text,
      prot: z.array(z.string()),
    }),
  ),
  idle: listOf(
    z.object({
      pid: count,
      bs: z.string(),
      qs: text,
      db: text,
      usr: text,
      app: text,
      addr: text,
      port: count.nullable(),
      backend_s: z.number(),
      idle_s: z.number(),
      prot: z.array(z.string()),
    }),
  ),
  locks: listOf(z.object({ pid: count, blockers: z.array(count) })),
  repl: listOf(
    z.object({
      app: text,
      addr: text,
      state: text,
      kind: z.enum(['standby', 'backup', 'receiver', 'logical']),
      send_bytes: z.number().nullable(),
      flush_bytes: z.number().nullable(),
      replay_bytes: z.number().nullable(),
      replay_s: z.number().nullable(),
      reply_age_s: z.number().nullable(),
    }),
  ),
  slots: listOf(
    z.object({
      slot_name: z.string(),
      slot_type: z.string(),
      active: z.boolean(),
      wal_status: text,
      plugin: text,
      database: text,
      safe: z.number().nullable(),
      retained: z.number().nullable(),
      xmin_age: z.number().nullable(),
      inactive_s: z.number().nullable(),
      invalid: text,
      consumer: z.object({ applicationName: z.string(), clientAddress: text }).nullable(),
    }),
  ),
  wal: z.object({
    position: z.number().nullable(),
    max: z.number(),
    slot_keep: z.number().nullable(),
    parameters: z.record(z.string(), count),
  }),
  asks: listOf(z.object({ pid: count, t: z.string(), m: z.string(), rel: text, tid: text, xid: text })),
  prepared: listOf(
    z.object({
      gid: z.string(),
      xid: z.string(),
      owner: z.string(),
      db: z.string(),
      age_s: z.number(),
      rels: listOf(z.string()),
    }),
  ),
  vacuum: listOf(
    z.object({
      pid: count,
      db: text,
      q: text,
      age_s: z.number().nullable(),
      phase: text,
      scanned: count.nullable(),
      total: count.nullable(),
    }),
  ),
});
export type SnapshotRow = z.infer<typeof SnapshotRow>;
