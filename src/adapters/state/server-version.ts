import { type Kysely, sql } from 'kysely';
import { FirebreakError } from '../../domain/errors.ts';
import type { StateTables } from './tables.ts';

/** PostgreSQL 14 is the first that ends a session that says nothing (idle_session_timeout). */
const OLDEST = 14;

/** @throws FirebreakError `state-unavailable` when the server is older than Firebreak needs. */
export async function refuseOldServer(db: Kysely<StateTables>): Promise<void> {
  const { rows } = await sql<{ number: number; name: string }>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as name`.execute(
    db,
  );
  for (const { number, name } of rows) checkServerVersion(number, name);
}

/** @throws FirebreakError `state-unavailable`; `number` is the server_version_num, such as 130004. */
export function checkServerVersion(number: number, name: string): void {
  if (number >= OLDEST * 10_000) return;
  throw new FirebreakError(
    'state-unavailable',
    `The state database runs on PostgreSQL ${name}; Firebreak needs ${OLDEST} or later for its own state.`,
    { hint: `Point state.url at a PostgreSQL ${OLDEST} or later. Monitored databases are not concerned.` },
  );
}
