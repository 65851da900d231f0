import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { boundedPool } from '../../../src/adapters/state/bounded-pool.ts';
import { startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

/** One session of a bounded pool. */
async function session(statementMs?: number): Promise<pg.PoolClient> {
  const pool = new pg.Pool({ connectionString: server.url(), max: 1 });
  onTestFinished(async () => pool.end());
  const client = await boundedPool(pool, statementMs).connect();
  onTestFinished(() => client.release());
  return client;
}

const prepared = 'select count(*)::int as count from pg_prepared_statements';

test('a statement that comes again is parsed once for each session, and their number is bounded', async () => {
  const client = await session();
  const add = 'select $1::int + $2::int as sum';
  expect((await client.query(add, [1, 2])).rows).toEqual([{ sum: 3 }]);
  expect((await client.query(add, [3, 4])).rows).toEqual([{ sum: 7 }]);
  expect((await client.query(prepared, [])).rows).toEqual([{ count: 1 }]);
  for (let index = 0; index < 300; index += 1) await client.query(`select $1::int + ${index}`, [1]);
  const [row] = (await client.query<{ count: number }>(prepared, [])).rows;
  expect(row?.count).toBeLessThanOrEqual(200);
});

test('a statement that failed can be given again', async () => {
  const client = await session();
  const divide = 'select 1 / $1::int as quotient';
  await expect(client.query(divide, [0])).rejects.toThrow('division by zero');
  expect((await client.query(divide, [1])).rows).toEqual([{ quotient: 1 }]);
  const absent = 'select * from not_there_yet where id = $1';
  await expect(client.query(absent, [1])).rejects.toThrow('does not exist');
  await client.query('create temp table not_there_yet (id int)', []);
  expect((await client.query(absent, [1])).rows).toEqual([]);
});
