import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChatMessage } from '../../../src/ports/state.ts';
import { opened, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const row = (nonce: string, ts: string | null = null, key = 'parent'): ChatMessage => ({
  incidentId: 'intake',
  key,
  channel: 'C1',
  ts,
  nonce,
  contentHash: '',
});

test('of two processes that found no row, one writes it', async () => {
  const { messages } = await opened(await server.createDatabase());
  const [one, other] = [row('one'), row('other')];
  const written = await Promise.all([messages.replace(one, null), messages.replace(other, null)]);
  expect(written.filter((isWritten) => isWritten)).toHaveLength(1);
  expect(await messages.list('intake')).toEqual([written[0] ? one : other]);
});

test('a row is written in place of the one that was read, and not of what somebody wrote meanwhile', async () => {
  const { messages } = await opened(await server.createDatabase());
  await messages.put(row('first'));
  expect(await messages.replace(row('first', '1.1'), row('first'))).toBe(true);
  expect(await messages.replace(row('second'), row('first'))).toBe(true);
  expect(await messages.replace(row('third', '1.3'), row('first', '1.1'))).toBe(false);
  expect(await messages.list('intake')).toEqual([row('second')]);
});

test('of several rows, those that somebody wrote meanwhile stay', async () => {
  const { messages } = await opened(await server.createDatabase());
  const [parent, card] = [row('first', '1.1'), row('second', '1.2', 'step:kill:1')];
  await messages.put(parent);
  await messages.put(card);
  await messages.replaceAll([
    { message: row('new'), before: parent },
    { message: row('newer', null, 'step:kill:1'), before: row('another', null, 'step:kill:1') },
  ]);
  expect(await messages.list('intake')).toEqual([row('new'), card]);
});
