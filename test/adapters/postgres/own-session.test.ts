import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOwn, ownSession } from '../../../src/adapters/postgres/remedies/own-session.ts';
import { eventually } from '../embedded-postgres/support.ts';
import { type AppServer, connect, run, startAppServer } from './support.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startAppServer();
});
afterAll(() => app[Symbol.asyncDispose]());

test('only the session that was meant is cancelled, not another one that got its pid', async () => {
  await using worker = await connect(app.url('bot'), 'firebreak');
  await using aside = await connect(app.url('bot'), 'firebreak');
  const own = await ownSession(worker, 5_000);
  const working = async () =>
    eventually('it works', async () => {
      const { rows } = await aside.query(`select state from pg_stat_activity where pid = ${own.pid}`);
      return rows[0]?.state === 'active';
    });
  const spared = run(worker, 'select pg_sleep(1)');
  await working();
  await cancelOwn(aside, { ...own, startedAt: '2020-01-01 00:00:00+00' });
  expect(await spared).toBe('completed');
  const meant = run(worker, 'select pg_sleep(30)');
  await working();
  await cancelOwn(aside, own);
  expect(await meant).toBe('57014');
});
