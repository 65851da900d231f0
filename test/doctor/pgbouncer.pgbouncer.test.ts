import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import { secret, silent } from '../adapters/postgres/support.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { examine, resultOf } from './support.ts';

let bouncer: PgBouncer;
beforeAll(async () => {
  bouncer = await startPgBouncer({ shop: { port: 1, database: 'appdb' } });
});
afterAll(async () => bouncer[Symbol.asyncDispose]());

async function look(user: string) {
  const url = secret(bouncer.url(user, 'pgbouncer'));
  const poolers = createPoolers([{ database: 'shop', name: 'main', url, pools: null }], { logger: silent });
  await poolers.start();
  try {
    return await examine({
      kind: 'pgbouncer',
      name: 'main before shop',
      read: (signal) => poolers.access('shop', 'main', signal),
    });
  } finally {
    await poolers.stop();
  }
}

test('a user of admin_users may do what is needed', async () => {
  const report = await look('bot');
  expect(report.ok).toBe(true);
  expect(resultOf(report, 'pgbouncer/connection').found).toMatch(/^PgBouncer 1\.\d+.*, as bot$/);
});

test('a user of stats_users is told the line that makes it one', async () => {
  const { status, found, remedy } = resultOf(await look('watcher'), 'pgbouncer/admin');
  expect({ status, found }).toEqual({ status: 'missing', found: 'watcher may look, and do nothing.' });
  expect(remedy?.commands[0]?.text).toBe('admin_users = bot, watcher');
});
