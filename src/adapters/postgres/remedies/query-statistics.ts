import type { Client } from 'pg';
import type { QueryStatistics, Remedied } from '../../../ports/remedies.ts';
import { serverStartSql } from '../sql/capture.ts';

/** The row of the statement that reads how it stands. */
export type QueryStatisticsRow = Omit<QueryStatistics, 'serverStart'> & { started: string };

export function toQueryStatistics({ started, ...row }: QueryStatisticsRow): QueryStatistics {
  return { ...row, serverStart: started };
}

/** The schema is named, as the session has none of the user's in its search_path. */
export async function changeQueryStatistics(
  client: Client,
  { create, serverStart }: { readonly create: boolean; readonly serverStart: string },
): Promise<Remedied> {
  if (await isOtherServer(client, serverStart)) return 'server-changed';
  await client.query(
    create
      ? 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public'
      : 'DROP EXTENSION IF EXISTS pg_stat_statements',
  );
  return 'done';
}

/** Whether another server answers than the one of the plan. */
export async function isOtherServer(client: Client, serverStart: string): Promise<boolean> {
  const { rows } = await client.query<{ started: string }>(serverStartSql);
  return rows[0]?.started !== serverStart;
}
