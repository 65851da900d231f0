import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../../src/domain/snapshot.ts';
import {
  type AppServer,
  connect,
  guard,
  run,
  secret,
  sessionOf,
  signal,
  startAppServer,
  startDatabases,
} from './support.ts';

/** As in the measurement that this repeats: each guard tries so often, after a wait of up to so many milliseconds. */
const TRIES = 300;
const LONGEST_WAIT_MS = 40;
const QUERY_SECONDS = 0.02;

let app: AppServer;
let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  app = await startAppServer();
  databases = await startDatabases({ url: secret(app.url('bot')) });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
});

/** A session that runs query A and query B in turn until it is stopped, and counts which of them were cancelled. */
async function alternating() {
  const client = await connect(app.url('app'), 'alternating');
  const cancelled = { a: 0, b: 0 };
  let going = true;
  const loop = (async () => {
    for (let turn = 0; going; turn += 1) {
      const name = turn % 2 === 0 ? 'a' : 'b';
      if ((await run(client, `select pg_sleep(${QUERY_SECONDS}) as query_${name}`)) === '57014')
        cancelled[name] += 1;
    }
  })();
  return {
    cancelled,
    async [Symbol.asyncDispose]() {
      going = false;
      await loop;
      await client[Symbol.asyncDispose]();
    },
  };
}

/** Lists A, waits, and signals what was listed: as often as told. */
async function race(cancel: (listed: Session) => Promise<unknown>) {
  await using target = await alternating();
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const listed = await sessionOf(
      databases,
      'alternating',
      ({ state, sql }) => state === 'active' && sql.includes('query_a'),
    );
    await delay(randomInt(LONGEST_WAIT_MS + 1));
    await cancel(listed);
  }
  return target.cancelled;
}

test('of 300 signals none hits another query than the one that was listed; by pid alone many do', {
  timeout: 180_000,
}, async () => {
  await using naive = await connect(app.url('bot'), 'naive');
  const byPid = await race(async ({ pid }) => naive.query('select pg_cancel_backend($1)', [pid]));
  const guarded = await race(async (identity) =>
    databases.signalBackend('shop', { server: 'primary', identity, how: 'cancel', guard }, signal),
  );
  expect(byPid.b).toBeGreaterThan(TRIES / 10);
  expect(guarded.b).toBe(0);
  expect(guarded.a).toBeGreaterThan(0);
});
