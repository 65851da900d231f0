import { describe, expect, test } from 'vitest';
import { createPlanner } from '../../src/adapters/postgres/gate/planner.ts';
import { GatePolicy } from '../../src/domain/gate.ts';
import { calibrate } from '../../src/gate/estimate.ts';
import { judge } from '../../src/gate/judge.ts';
import { query, temporaryDirectory } from '../adapters/embedded-postgres/support.ts';
import { type AppServer, secret, signal, startAppServer } from '../adapters/postgres/support.ts';
import { debianPostgres, hypopgMajor } from '../support/debian-postgres.ts';

/** Limits of a table that a test can fill. */
const policy = GatePolicy.parse({
  replicaAbove: { cost: 2_000, scanRows: 50_000 },
  denyAbove: { cost: 20_000, rows: 50_000, joinRows: 1e6 },
});

async function startShop(version?: Parameters<typeof startAppServer>[1]) {
  const app = await startAppServer({}, version);
  await query(app.server().url(), 'create role gate login; grant pg_read_all_data to gate');
  await query(
    app.url('app'),
    `create table orders as select n as id, n % 5000 as customer_id,
       timestamp '2024-11-15' - n * interval '5 min' as created_at from generate_series(1, 100000) n;
     create table fresh (id int) with (autovacuum_enabled = off)`,
  );
  await query(app.url('app'), 'vacuum analyze orders');
  return app;
}

const ask = async (app: AppServer, sql: string, more: Partial<Parameters<typeof judge>[0]> = {}) =>
  await judge(
    { database: 'shop', sql, place: 'primary', policy, calibration: calibrate([]), ...more },
    createPlanner({ database: 'shop', url: secret(app.url('gate')) }),
    signal,
  );

test('plans of a real server are judged, each with its reason', { timeout: 90_000 }, async () => {
  await using app = await startShop();
  const scan = await ask(app, 'select count(*) from orders where customer_id = 7');
  expect(scan).toMatchObject({
    verdict: 'replica',
    reasons: [
      expect.stringMatching(
        /^Full scan of orders, 100 k rows \(.* MB\): add an index on orders \(customer_id\) or run on the replica\.$/,
      ),
    ],
    notes: [expect.stringContaining('would probably help')],
    indexes: [{ table: 'public.orders', columns: ['customer_id'], measured: null }],
    statements: { explained: 1, unjudged: 0 },
  });
  expect((await ask(app, 'select * from orders')).reasons.at(-1)).toBe(
    'It gives the client 100 k rows; the limit is 50 k.',
  );
  expect((await ask(app, 'select * from orders a, orders b')).reasons.at(-1)).toBe(
    'It joins orders without a condition: 10 billion rows.',
  );
  expect(
    (await ask(app, 'select count(*) from orders a join orders b using (id)')).reasons.join(),
  ).not.toContain('without a condition');
  expect((await ask(app, 'select 1')).verdict).toBe('allow');
  expect((await ask(app, 'select * from fresh where id = 1')).notes).toEqual([
    expect.stringContaining('Never analysed'),
  ]);
  expect((await ask(app, 'select * from missing')).reasons).toEqual([expect.stringContaining('search_path')]);
});

test('a script is as bad as its worst statement, and its costs add up', { timeout: 90_000 }, async () => {
  await using app = await startShop();
  const one = 'select count(*) from orders where id % 2 = 0';
  const single = await ask(app, one);
  const many = await ask(app, `begin; ${Array.from({ length: 12 }, () => one).join('; ')}; commit`);
  expect(single.verdict).toBe('replica');
  expect(many.cost).toBeCloseTo((single.cost ?? 0) * 12, 0);
  expect(many).toMatchObject({ verdict: 'deny', statements: { explained: 12 } });
  expect(many.reasons.at(-1)).toContain('12 statements together');
  expect((await ask(app, `create temp table x as select 1 as a; ${one}`)).reasons.at(-1)).toContain(
    'split the script',
  );
  const mixed = await ask(app, `${one}; vacuum orders`, { policy: { ...policy, unjudged: 'allow' } });
  expect(mixed).toMatchObject({ verdict: 'replica', statements: { explained: 1, unjudged: 1 } });
  expect((await ask(app, `${one}; vacuum orders`)).verdict).toBe('deny');
});

describe.skipIf(hypopgMajor === undefined)('with hypopg', () => {
  test('an index is proposed with what it brings, and not where it would not be used', {
    timeout: 90_000,
  }, async () => {
    using directory = temporaryDirectory();
    await using app = await startShop({ package: debianPostgres(directory.path) });
    await query(
      app.server().url({ database: 'appdb' }),
      'create schema tools; create extension hypopg schema tools; grant usage on schema tools to gate',
    );

    const found = await ask(app, 'select * from orders where customer_id = $1');
    expect(found.verdict).toBe('replica');
    expect(found.indexes).toMatchObject([
      { columns: ['customer_id'], measured: { bytes: expect.any(Number) as number } },
    ]);
    const [{ measured } = { measured: null }] = found.indexes;
    expect(measured?.costAfter).toBeLessThan((measured?.costBefore ?? 0) / 10);
    expect(measured?.bytes).toBeGreaterThan(100_000);
    expect(found.notes).toEqual([expect.stringContaining('measured with hypopg')]);
    // Many rows far apart: the planner does not take the index, and nothing is promised.
    const wide = await ask(app, 'select * from orders where customer_id < 200');
    expect(wide.indexes.every((index) => index.measured !== null)).toBe(true);
    expect(
      await query(app.url('app'), "select indexrelid from pg_index where indrelid = 'orders'::regclass"),
    ).toEqual([]);
  });
});
