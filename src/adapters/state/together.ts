import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { StateTables } from './tables.ts';

type Results<Queries> = {
  -readonly [Index in keyof Queries]: Queries[Index] extends CompiledQuery<infer Row>
    ? QueryResult<Row>
    : never;
};

/**
 * Sends the statements of a transaction without waiting for the answer to each: all of them take one way to the database
 * and back. The server runs them in their order, and none after one that fails; its error is what is thrown.
 */
export async function together<const Queries extends readonly CompiledQuery<unknown>[]>(
  tx: Kysely<StateTables>,
  queries: Queries,
): Promise<Results<Queries>> {
  const results = await tx
    .getExecutor()
    .provideConnection(async (session) =>
      Promise.all(queries.map(async (query) => session.executeQuery(query))),
    );
  return results as Results<Queries>;
}
