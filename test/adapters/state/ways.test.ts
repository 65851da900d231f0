import { CompiledQuery } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../../../src/adapters/state/database.ts';
import { together } from '../../../src/adapters/state/together.ts';
import { transaction } from '../../../src/adapters/state/transaction.ts';
import type { Openings } from '../../../src/ports/state.ts';
import { makeAlert } from '../../support/domain.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { mitigated, opened, startOnTcp } from './support.ts';

const stack = new AsyncDisposableStack();
let server: Awaited<ReturnType<typeof startOnTcp>>;

beforeAll(async () => {
  server = await startOnTcp(stack);
});
afterAll(async () => stack.disposeAsync());

/** One session, with a table. */
async function session() {
  const pool = new pg.Pool({ connectionString: server.url(), max: 1, pipeline: true });
  onTestFinished(async () => pool.end());
  await pool.query('create table if not exists tried (number int primary key); truncate tried');
  const db = createDatabase(pool);
  const tried = async () => (await pool.query<{ number: number }>('select number from tried')).rows;
  return { db, tried };
}

const insert = (number: number) => CompiledQuery.raw('insert into tried values ($1)', [number]);
const nothing = () => undefined;

test('from an alert to its incident it is three ways to the database and back: read, write, commit', async () => {
  const proxy = await startTcpProxy({ host: server.host, port: server.port });
  onTestFinished(async () => proxy[Symbol.asyncDispose]());
  const url = new URL(server.url());
  url.port = String(proxy.port);
  const state = await opened(url.href);
  const openings: Openings = {
    pastMinutes: 60,
    keyOf: () => 'database:orders',
    open: ([alert], ids) => {
      const id = ids.get('database:orders') ?? '';
      const incident = {
        id,
        dedupeKey: 'database:orders',
        database: 'orders',
        title: 'Full',
        status: 'open' as const,
        waiting: false,
      };
      const message = { incidentId: id, key: 'parent', channel: 'C0', ts: null, nonce: 'n', contentHash: '' };
      const settled = {
        alertId: alert?.id ?? '',
        decision: 'opened' as const,
        reason: 'New.',
        incidentId: id,
      };
      const options = { work: [], incident, settles: [settled], reserves: [message] };
      return [{ stream: id, expectedVersion: 0, events: [mitigated('x')], options }];
    },
    opened: nothing,
  };
  await state.alerts.store([makeAlert()], openings);
  const stores = (way: string) => way.includes('insert into firebreak.alert');
  const ways = proxy.ways.find((of) => of.some(stores)) ?? [];
  const own = ways.slice(ways.findIndex(stores));
  expect(own[0]).toContain('begin');
  expect(own.findIndex((way) => way.includes('commit'))).toBe(2);
  expect(await state.journal.verify()).toMatchObject({ chainOk: true, events: 1 });
});

test('statements that go together are run in their order, and none after one that fails', async () => {
  const { db, tried } = await session();
  const count = CompiledQuery.raw('select count(*)::int as count from tried');
  const counts = await transaction(
    db,
    async (tx) => together(tx, [insert(1), count, insert(2), count]),
    nothing,
  );
  expect([counts[1].rows, counts[3].rows]).toEqual([[{ count: 1 }], [{ count: 2 }]]);
  const failing = transaction(db, async (tx) => together(tx, [insert(3), insert(3), insert(4)]), nothing);
  await expect(failing).rejects.toMatchObject({ constraint: 'tried_pkey' });
  expect(await tried()).toEqual([{ number: 1 }, { number: 2 }]);
});

test('a transaction whose failure was not heard of is not taken for committed', async () => {
  const { db, tried } = await session();
  const deaf = transaction(
    db,
    async (tx) => {
      await together(tx, [insert(1), CompiledQuery.raw('select 1 / 0')]).catch(nothing);
      return 'fine';
    },
    nothing,
  );
  await expect(deaf).rejects.toThrow('rolled back');
  expect(await tried()).toEqual([]);
});

test('what throws in a transaction rolls it back, and its session is used again', async () => {
  const { db, tried } = await session();
  const thrown = transaction(
    db,
    async (tx) => {
      await tx.executeQuery(insert(1));
      throw new Error('No.');
    },
    nothing,
  );
  await expect(thrown).rejects.toThrow('No.');
  expect(await tried()).toEqual([]);
  await transaction(db, async (tx) => tx.executeQuery(insert(2)), nothing);
  expect(await tried()).toEqual([{ number: 2 }]);
});

test('when no transaction could begin, nothing is written for itself', async () => {
  const pool = new pg.Pool({ connectionString: server.url(), max: 1, pipeline: true });
  onTestFinished(async () => pool.end());
  await pool.query('create table if not exists tried (number int primary key); truncate tried');
  pool.on('acquire', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    const failing = ({ text, ...rest }: pg.QueryConfig, ...others: unknown[]) =>
      query({ ...rest, text: text === 'begin' ? 'select 1 / 0' : text }, ...others);
    Object.assign(client, { query: failing });
  });
  const written = transaction(
    createDatabase(pool),
    async (tx) => {
      await together(tx, [CompiledQuery.raw('select 1')]);
      await together(tx, [insert(1)]);
    },
    nothing,
  );
  await expect(written).rejects.toThrow('is not used any more');
  expect((await pool.query({ text: 'select number from tried' })).rows).toEqual([]);
});
