import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createOutgoing } from '../../../src/adapters/http/outgoing.ts';

async function serverOf(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/` };
}

test('requests share a connection, and closing ends it', async () => {
  let connections = 0;
  const { server, url } = await serverOf((_request, response) => response.end('yes'));
  server.on('connection', () => {
    connections += 1;
  });
  const outgoing = createOutgoing();
  for (const body of 'abcdefghij') {
    expect(await (await outgoing.fetch(url, { method: 'POST', body })).text()).toBe('yes');
  }
  // A connection is free a moment after its answer was read, so the second request may get one of its own.
  expect(connections).toBeLessThanOrEqual(2);
  await outgoing.close(1_000);
  await expect.poll(() => promisify(server.getConnections.bind(server))()).toBe(0);
  await expect(outgoing.fetch(url)).rejects.toThrow();
});

test('closing lets a request under way end, and cuts the one that does not', async () => {
  const { url } = await serverOf((request, response) => {
    if (request.url === '/slow') setTimeout(() => response.end('late'), 100);
  });
  const outgoing = createOutgoing();
  const slow = outgoing.fetch(`${url}slow`).then((response) => response.text());
  const endless = outgoing.fetch(`${url}endless`);
  const cut = expect(endless).rejects.toThrow();
  await outgoing.close(1_000);
  expect(await slow).toBe('late');
  await cut;
});
