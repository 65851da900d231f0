import { isFirebreakError } from '../../domain/errors.ts';
import type { RoleStatements, StatementStatistics, StatementText } from '../../domain/statement.ts';
import type { Parameter } from './literal.ts';
import {
  heavyStatementsSql,
  roleStatementsSql,
  statementsSchemaSql,
  statementsSql,
} from './sql/statements.ts';
import type { StandingSession } from './standing-session.ts';

type Row = { id: string; calls: number; mean_ms: number; min_ms: number; max_ms: number };
type RoleRow = { role: string; calls: number; usual_ms: number; longest_ms: number };

/** Reads the statistics of these statements, or null when pg_stat_statements is not installed or not loaded there. */
export async function readStatements(
  session: StandingSession,
  queryIds: readonly string[],
): Promise<StatementStatistics[] | null> {
  const rows = await readView<Row>(session, statementsSql, [[...queryIds]]);
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

/** Reads how long the statements of each role take, or null likewise. */
export async function readRoleStatements(session: StandingSession): Promise<RoleStatements[] | null> {
  const rows = await readView<RoleRow>(session, roleStatementsSql, []);
  return (
    rows?.map(({ role, calls, usual_ms: usualMs, longest_ms: longestMs }) => ({
      role,
      calls,
      usualMs,
      longestMs,
    })) ?? null
  );
}

/** Reads the statements that took most time, with their texts, or null likewise. */
export async function readHeavyStatements(session: StandingSession): Promise<StatementText[] | null> {
  const rows = await readView<{ text: string; calls: number; total_ms: number }>(
    session,
    heavyStatementsSql,
    [],
  );
  return rows?.map(({ text, calls, total_ms: totalMs }) => ({ text, calls, totalMs })) ?? null;
}

async function readView<R extends Record<string, unknown>>(
  session: StandingSession,
  sql: (schema: string) => string,
  values: readonly Parameter[],
): Promise<R[] | null> {
  const [found] = await session.query<{ schema: string }>(statementsSchemaSql, []);
  if (found === undefined) return null;
  return await session.query<R>(sql(found.schema), values).catch((error: unknown) => {
    // Created, but the library is not preloaded: PostgreSQL answers 55000.
    if (isFirebreakError(error) && error.code === 'database-error') return null;
    throw error;
  });
}
