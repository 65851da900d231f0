import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOwn, ownSession } from '../../../src/adapters/postgres/remedies/own-session.ts';
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
  let ended: string | null = null;
  const end = run(worker, 'select pg_sleep(30)').then((how) => {
    ended = how;
  });
  await cancelOwn(aside, { ...own, startedAt: '2020-01-01 00:00:00+00' });
  await aside.query('select pg_sleep(0.2)');
  expect(ended).toBeNull();
  await cancelOwn(aside, own);
  await end;
  expect(ended).toBe('57014');
});
