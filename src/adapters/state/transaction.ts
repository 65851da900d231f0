import { AbortedTransactionError, CompiledQuery, type Kysely, type QueryResult } from 'kysely';
import type { StateTables } from './tables.ts';

const BEGIN = CompiledQuery.raw('begin');
const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');

/**
 * Runs a transaction whose `begin` takes the same way to the database as its first statements. Should it fail, they are
 * carried out for themselves, and the session takes nothing after them (bounded-pool.ts): they have to be harmless then,
 * as is what locks, reads or stores an alert.
 * @param committing Called right before the commit.
 */
export async function transaction<T>(
  db: Kysely<StateTables>,
  run: (tx: Kysely<StateTables>) => Promise<T>,
  committing: () => void,
): Promise<T> {
  return await db.connection().execute(async (session) => {
    const { answer } = await send(session, BEGIN);
    try {
      const result = await run(session);
      await answer;
      committing();
      const { rows } = await session.executeQuery<{ command?: string }>(COMMIT);
      // PostgreSQL says so when a statement had failed.
      if (rows[0]?.command === 'ROLLBACK') throw new AbortedTransactionError();
      return result;
    } catch (error) {
      await session.executeQuery(ROLLBACK).catch(() => undefined);
      throw error;
    }
  });
}

/** Resolves when the statement is sent. */
async function send(
  session: Kysely<StateTables>,
  query: CompiledQuery,
): Promise<{ answer: Promise<QueryResult<unknown>> }> {
  return await session.getExecutor().provideConnection(async (connection) => {
    const answer = connection.executeQuery(query);
    answer.catch(() => undefined);
    return { answer };
  });
}
