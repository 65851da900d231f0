import { z } from 'zod';

/** The driver gives int8 as text; columns are read by name, because every version adds some. */
const count = z.coerce.number().int();
const text = z.string().nullable().optional();

export const DatabaseRow = z.object({
  name: z.string(),
  host: text,
  port: count.nullable().optional(),
  pool_size: count,
  reserve_pool: count.optional(),
  /** Its name from PgBouncer 1.24 on. */
  reserve_pool_size: count.optional(),
  max_connections: count,
  paused: count,
  disabled: count,
});

export const PoolRow = z.object({
  database: z.string(),
  user: z.string(),
  cl_active: count,
  cl_waiting: count,
  sv_active: count,
  sv_idle: count,
  sv_used: count,
  sv_tested: count,
  sv_login: count,
  maxwait: count,
  maxwait_us: count.optional(),
  pool_mode: z.string(),
});
export type PoolRow = z.infer<typeof PoolRow>;

/** A row of SHOW CLIENTS or SHOW SERVERS; times have no fraction and PgBouncer's own time zone. */
export const SocketRow = z.object({
  user: z.string().nullable(),
  database: z.string().nullable(),
  state: z.string(),
  addr: text,
  port: count.nullable().optional(),
  local_port: count.nullable().optional(),
  connect_time: z.string(),
  request_time: z.string(),
  close_needed: count.optional(),
  ptr: z.string(),
  link: z.string(),
  remote_pid: count.nullable().optional(),
  application_name: text,
});
export type SocketRow = z.infer<typeof SocketRow>;

export const ConfigRow = z.object({ key: z.string(), value: z.string().nullable() });
