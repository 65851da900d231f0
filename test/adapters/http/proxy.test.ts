import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { EnvHttpProxyAgent } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createOutgoing } from '../../../src/adapters/http/outgoing.ts';
import { createRig, startSandbox } from '../../slack/support.ts';
import { certify } from '../../support/certificates.ts';

/** An HTTP proxy that only knows CONNECT, and the places to which it was asked to connect. */
async function startProxy(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, socket, head) => {
    const [, port = ''] = (request.url ?? '').split(':');
    asked.push(request.url ?? '');
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    onTestFinished(() => void upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function proxied(url: string, except = ''): void {
  for (const [name, value] of Object.entries({ HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: except }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

test('HTTPS goes through the proxy, verified by an authority of our own, and NO_PROXY goes past it', async () => {
  const root = await certify({ name: 'Own Root', isAuthority: true });
  const own = await certify({ name: 'inside.example', hosts: ['inside.example'], issuer: root });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, root.pem]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const server = createTlsServer(
    { cert: own.pem, key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    (_request, response) => response.end('inside'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxy();
  proxied(proxy.url);
  const outgoing = createOutgoing();
  onTestFinished(() => outgoing.close(100));
  // Only the proxy knows where this name leads.
  const address = `https://inside.example:${port}/`;
  expect(await (await outgoing.fetch(address)).text()).toBe('inside');
  expect(proxy.asked).toEqual([`inside.example:${port}`]);
  vi.stubEnv('NO_PROXY', 'inside.example');
  await expect(outgoing.fetch(address)).rejects.toThrow();
  expect(proxy.asked).toHaveLength(1);
});

test('both sockets of Slack go through the proxy', async () => {
  const sandbox = await startSandbox();
  const proxy = await startProxy();
  // The sandbox has no TLS, and without TLS a proxy is not asked to CONNECT unless told.
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.url, proxyTunnel: true });
  onTestFinished(() => dispatcher.destroy());
  const rig = await createRig({ sandbox, dispatcher });
  await rig.bot.start();
  await expect.poll(() => proxy.asked.length, { timeout: 10_000 }).toBe(2);
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(sandbox.url).host]));
  expect(rig.bot.health().connected).toBe(true);
});
