import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { certify } from './certificates.ts';

/** A server of this machine behind TLS, for clients that send no token without it. */
export async function behindTls(
  url: string,
): Promise<
  AsyncDisposable & { readonly url: string /** In PEM; it signs itself. */; readonly certificate: string }
> {
  const { hostname, port } = new URL(url);
  const { pem, privateKey } = await certify({ name: hostname, hosts: [hostname] });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ cert: pem, key }, (client) => {
    const behind = connect(Number(port), hostname);
    client.pipe(behind).pipe(client);
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
  });
  await once(server.listen(0, hostname), 'listening');
  return {
    url: `https://${hostname}:${(server.address() as AddressInfo).port}`,
    certificate: pem,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
