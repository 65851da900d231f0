import type pg from 'pg';

/**
 * Milliseconds that one statement may take, network included: a little more than statement_timeout, with which the
 * server ends it itself. A network that swallows answers would hold the caller for ever.
 */
const STATEMENT_MS = 10_000;

/**
 * The pool as Kysely takes it, with every statement bounded in time. A session whose answer did not come is destroyed:
 * whoever had it next would wait behind the same answer (pg's own query_timeout leaves it in the pool; measured).
 */
export function boundedPool(pool: pg.Pool, statementMs = STATEMENT_MS) {
  return {
    options: pool.options,
    connect: async (): Promise<pg.PoolClient> => boundedClient(await pool.connect(), statementMs),
    end: async () => pool.end(),
  };
}

/** Statements that every session keeps prepared: those of fixed text, which come again and again. */
const MOST_PREPARED = 200;
const names = new Map<string, string>();

/** Under a name the server parses a statement once for each session. */
function prepared(text: string, values: unknown[]): pg.QueryConfig {
  if (values.length === 0 || (names.size >= MOST_PREPARED && !names.has(text))) return { text, values };
  const name = names.get(text) ?? `firebreak-${names.size + 1}`;
  names.set(text, name);
  return { name, text, values };
}

function boundedClient(client: pg.PoolClient, statementMs: number): pg.PoolClient {
  let broken = false;

  /** What is sent in one turn of the event loop goes out in one packet. */
  function send(sql: string, values: unknown[]): Promise<pg.QueryResult> {
    const { stream } = client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
    return client.query(prepared(sql, values));
  }

  async function query(sql: string, values: unknown[]): Promise<pg.QueryResult> {
    if (broken) throw new Error('The session to the state database is not used any more.');
    const answer = send(sql, values);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      broken = true;
      late.reject(new Error(`Query read timeout: no answer within ${statementMs / 1000} s.`));
    }, statementMs);
    try {
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      // What comes after a transaction that did not begin would be carried out for itself; after one that did not end, in it.
      if (sql === 'begin' || sql === 'rollback') broken = true;
      throw error;
    } finally {
      clearTimeout(timer);
      // After the timeout it ends with the session, and nobody waits for it.
      answer.catch(() => undefined);
    }
  }

  return new Proxy(client, {
    get(target, key) {
      if (key === 'query') return query;
      if (key === 'release') return (destroy?: Error | boolean) => target.release(broken || destroy);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
