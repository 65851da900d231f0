import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { closeWithin } from '../../src/http/close-within.ts';
import { createHttpServer } from '../../src/http/server.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The status of a request over a connection of its own, which ends with it. */
async function posted(url: string): Promise<number | 'cut'> {
  const sent = request(url, { method: 'POST', agent: false });
  const answered = once(sent, 'response').then(([response]: IncomingMessage[]) => {
    response?.resume();
    return response?.statusCode ?? 0;
  });
  sent.end();
  return await answered.catch(() => 'cut' as const);
}

/** A listening server that has taken a request and answers it when `store` resolves. */
async function withRequestUnderWay() {
  const server = createHttpServer(undefined, quiet);
  const [taken, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  server.post('/alerts/x', async () => {
    taken.resolve();
    await stored.promise;
    return { stored: 1 };
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const answer = posted(`${url}/alerts/x`);
  await taken.promise;
  return { server, url, answer, store: stored.resolve };
}

test('a request under way is answered, and no new one is taken', async () => {
  const { server, url, answer, store } = await withRequestUnderWay();
  const closed = closeWithin(server, 60_000);
  await expect.poll(() => server.server.listening).toBe(false);
  store();
  expect(await answer).toBe(200);
  await closed;
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('what takes longer than it may is cut', async () => {
  const { server, answer, store } = await withRequestUnderWay();
  const closed = closeWithin(server, 50);
  expect(await answer).toBe('cut');
  store();
  await closed;
});
