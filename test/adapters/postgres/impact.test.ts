import { expect, test } from 'vitest';
import { sqlQuestion } from '../../../src/adapters/postgres/impact.ts';
import { query } from '../embedded-postgres/support.ts';
import { secret, signal, startAppServer } from './support.ts';

const window = { from: '2024-11-15T05:23:00Z', to: '2024-11-15T06:47:00Z' };

test('a question in SQL gives one number over the time, reads only, and is cut short', async () => {
  await using app = await startAppServer();
  await query(
    app.url('app'),
    `create table orders as select '2024-11-15T05:00:00Z'::timestamptz + n * interval '1 minute' as placed,
       'secret-' || n as customer from generate_series(1, 200) n`,
  );
  const place = { database: 'shop', server: 'replica-1', url: secret(app.url('app')) };
  const ask = async (sql: string) =>
    await sqlQuestion(place, { name: 'orders delayed', unit: 'orders', sql }).read(window, signal);

  expect(await ask('select count(*) from orders where placed between $1 and $2')).toBe(85);
  expect(await ask('select max(1) from orders where placed < $1 and placed > $2')).toBeNull();
  await expect(
    ask(
      'with gone as (delete from orders where placed > $1 and placed < $2 returning 1) select count(*) from gone',
    ),
  ).rejects.toMatchObject({
    message: 'The SQL of the impact "orders delayed" was refused on shop (replica-1), SQLSTATE 25006.',
  });
  await expect(ask('commit; delete from orders where placed > $1 and placed < $2')).rejects.toThrow(
    'SQLSTATE 42601',
  );
  await expect(
    ask('select count(*), pg_sleep(30) from orders where placed between $1 and $2'),
  ).rejects.toMatchObject({
    code: 'database-timeout',
  });
  // PostgreSQL's own words would hold the value of the row.
  const leak = ask('select customer::int from orders where placed between $1 and $2 limit 1');
  await expect(leak).rejects.toThrow(/SQLSTATE 22P02/);
  await expect(leak).rejects.not.toThrow(/secret-/);
  await expect(ask('select placed, customer from orders where placed between $1 and $2')).rejects.toThrow(
    'does not give one number',
  );
  expect(await query(app.url('app'), 'select count(*)::int as n from orders')).toMatchObject([{ n: 200 }]);
}, 60_000);
