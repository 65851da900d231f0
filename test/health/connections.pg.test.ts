import { expect, test } from 'vitest';
import { createHealthBoard, downSentence } from '../../src/health/board.ts';
import { eventually } from '../adapters/embedded-postgres/support.ts';
import { secret, startAppServer, startDatabases } from '../adapters/postgres/support.ts';

test('a server that goes away is down with its reason and since when, and up again when it is back', async () => {
  await using app = await startAppServer();
  await using databases = await startDatabases({ url: secret(app.url('bot')) }, { pingMs: 100 });
  const board = createHealthBoard({
    connections: [() => databases.connections()],
    slack: () => ({ connected: true, trouble: null, since: null }),
    clock: { now: () => new Date() },
  });
  const list = () => board.list();
  expect(list()).toMatchObject([
    { system: 'postgres', name: 'shop primary, to read', state: 'up', lastError: null },
    { system: 'postgres', name: 'shop primary, to signal', state: 'up', lastError: null },
    { system: 'slack', state: 'up' },
  ]);
  await app.restart(async () => {
    await eventually('it is down', async () => list()[0]?.state === 'down' && list()[0]?.lastError !== null);
  });
  const [reading] = list();
  expect(reading?.lastError).toMatchObject({ code: 'database-unreachable' });
  if (reading !== undefined) expect(downSentence(reading)).toMatch(/^shop primary, to read: down since 20/);
  await eventually('it is up', async () => list()[0]?.state === 'up');
  expect(list()[0]?.lastError).toMatchObject({ code: 'database-unreachable' });
});
