import { isFirebreakError } from '../../domain/errors.ts';
import type { StatementStatistics } from '../../domain/statement.ts';
import { statementsSchemaSql, statementsSql } from './sql/statements.ts';
import type { StandingSession } from './standing-session.ts';

type Row = { id: string; calls: number; mean_ms: number; min_ms: number; max_ms: number };

/** Reads the statistics of these statements, or null when pg_stat_statements is not installed or not loaded there. */
export async function readStatements(
  session: StandingSession,
  queryIds: readonly string[],
): Promise<StatementStatistics[] | null> {
  const [found] = await session.query<{ schema: string }>(statementsSchemaSql, []);
  if (found === undefined) return null;
  const rows = await session
    .query<Row>(statementsSql(found.schema), [[...queryIds]])
    .catch((error: unknown) => {
      // Created, but the library is not preloaded: PostgreSQL answers 55000.
      if (isFirebreakError(error) && error.code === 'database-error') return null;
      throw error;
    });
  return (
    rows?.map((row) => ({
      queryId: row.id,
      calls: row.calls,
      meanMs: row.mean_ms,
      minMs: row.min_ms,
      maxMs: row.max_ms,
    })) ?? null
  );
}
