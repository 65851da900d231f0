import pg from 'pg';

/** Counts, beside Firebreak and as superuser, which sessions of the report come to the database. */
export interface RespawnCounter extends AsyncDisposable {
  /** Sessions that began after this moment (milliseconds since the epoch). */
  since(at: number): number;
}

const SESSIONS = `SELECT pid || '/' || backend_start AS id, extract(epoch FROM backend_start) * 1000 AS began
FROM pg_stat_activity WHERE usename = 'report_generator' AND backend_type = 'client backend'`;

/** Looks four times a second; a session that lives shorter than that may be missed. */
export async function countRespawns(adminUrl: string): Promise<RespawnCounter> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'drill-counter' });
  client.on('error', () => undefined);
  await client.connect();
  const seen = new Map<string, number>();
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const { rows } = await client.query<{ id: string; began: string }>(SESSIONS);
    for (const { id, began } of rows) seen.set(id, Number(began));
  };
  const timer = setInterval(() => {
    looking = look().catch(() => undefined);
  }, 250);
  return {
    since: (at) => [...seen.values()].filter((began) => began > at).length,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
      await client.end().catch(() => undefined);
    },
  };
}
