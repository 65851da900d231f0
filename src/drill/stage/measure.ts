import type { Stage } from './stage.ts';

const ON_CPU = `select count(*)::int as working from pg_stat_activity
  where backend_type = 'client backend' and state = 'active' and wait_event is null and pid <> pg_backend_pid()`;

/** In words when more sessions want a CPU than there are, else null. */
export async function cpuSymptom({ sql, cores }: Stage): Promise<string | null> {
  const [row] = await sql<{ working: number }>(ON_CPU);
  const working = row?.working ?? 0;
  return working > cores ? `${working} sessions want one of ${cores} CPUs` : null;
}

/** So many waiters are a queue; recovery.watch calls fewer quiet. */
const QUEUE = 3;

/** In words when sessions queue for locks, else null. */
export async function lockSymptom({ sql }: Stage): Promise<string | null> {
  const [row] = await sql<{ waiting: number }>(
    "select count(*)::int as waiting from pg_stat_activity where backend_type = 'client backend' and wait_event_type = 'Lock'",
  );
  const waiting = row?.waiting ?? 0;
  return waiting >= QUEUE ? `${waiting} sessions wait for a lock` : null;
}

/** In words when clients have waited in PgBouncer for a second or more, else null. */
export async function poolSymptom({ pgbouncer }: Stage): Promise<string | null> {
  const pools = (await pgbouncer?.console('SHOW POOLS')) ?? [];
  const long = pools.filter(({ cl_waiting, maxwait }) => Number(cl_waiting) > 0 && Number(maxwait) >= 1);
  const clients = long.reduce((sum, { cl_waiting }) => sum + Number(cl_waiting), 0);
  return clients === 0 ? null : `${clients} clients wait in PgBouncer`;
}

/** From so much of the slots on an alert for connections fires. */
const SLOTS_TIGHT = 0.8;

/** In words when the connections take nearly all slots, else null. */
export async function slotSymptom({ sql, shape }: Stage): Promise<string | null> {
  const [row] = await sql<{ used: number }>(
    "select count(*)::int as used from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  const used = row?.used ?? 0;
  return used > SLOTS_TIGHT * shape.size.maxConnections
    ? `${used} of ${shape.size.maxConnections} slots are taken`
    : null;
}
