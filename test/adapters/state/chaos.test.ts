import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, mitigated, opened, query, startChild, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const STREAMS = 40;

test('whatever process is killed and when, every stream comes to its end', { timeout: 120_000 }, async () => {
  const url = await server.createDatabase();
  const state = await opened(url);
  const keys = Array.from({ length: STREAMS }, (_, index) => `INC-${index}`);
  for (const key of keys) {
    // No incident row: what was taken by a killed process can only come again through the queue.
    await state.journal.append(key, 0, [mitigated('start')], { work: [{ kind: 'advance', key }] });
  }
  const children = [startChild(url, 'advance'), startChild(url, 'advance')];
  for (let kills = 0; kills < 6; kills++) {
    const victim = children.shift();
    await eventually('the next victim to work', () => victim?.lines.includes('started') ?? false);
    await delay(300 + Math.random() * 900);
    await victim?.kill();
    children.push(startChild(url, 'advance'));
  }
  await eventually('the end of every stream', async () => (await finished(url)) === STREAMS, 60_000);
  expect(await writers(url)).toBeGreaterThan(3);
  expect(await state.journal.verify()).toMatchObject({ events: STREAMS * 5, chainOk: true });
});

async function finished(url: string): Promise<number> {
  return (await query(url, 'select stream from firebreak.journal group by 1 having count(*) = 5')).length;
}

/** How many processes appended: the test is worth nothing when the first ones did it all. */
async function writers(url: string): Promise<number> {
  return (await query(url, "select distinct body from firebreak.journal where body like '%by %'")).length;
}
