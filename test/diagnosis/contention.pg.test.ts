import { afterAll, beforeAll, expect, it } from 'vitest';
import { provoked, type Scene, startScene } from '../support/real-scene.ts';

const recordedBy = 'FIREBREAK_RECORD_FIXTURES=1 npx vitest run test/diagnosis/contention.pg.test.ts';
const checkout = { user: 'checkout_api', application: 'checkout-api', address: '127.0.3.5' };

let scene: Scene;
beforeAll(async () => {
  scene = await startScene({ fsync: 'on', synchronous_commit: 'on' });
  await scene.asSuperuser(
    'create table clicks (at timestamptz default now()); grant insert on clicks to public',
  );
});
afterAll(() => scene[Symbol.asyncDispose]());

it('knows commits that queue for the log, where nobody is to be killed', { timeout: 90_000 }, async () => {
  const stop = new AbortController();
  const clients = await Promise.all(Array.from({ length: 24 }, async () => scene.client(checkout)));
  const load = clients.map(async (client) => {
    while (!stop.signal.aborted) await client.query('insert into clicks default values');
  });
  const found = await provoked(scene, { fixture: 'contention', cause: 'contention', recordedBy });
  stop.abort();
  await Promise.all(load);
  expect(found).toMatchObject({ kind: 'contention', rootSessions: [] });
  expect(found.wontHelp.join(' ')).toContain('the next one takes its place');
});
