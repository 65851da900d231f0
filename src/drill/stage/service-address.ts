import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

const HOST = '127.0.0.1';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** An address that stays while the server behind it changes, as a Service of Kubernetes or a virtual IP. */
export interface ServiceAddress extends Place, AsyncDisposable {
  /** New connections lead there; those that are open stay where they are, as with any such address. */
  leadTo(server: Place): void;
}

/** Starts an address that leads to this server. */
export async function startServiceAddress(server: Place): Promise<ServiceAddress> {
  let target = server;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const onward = connect(target.port, target.host);
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    // One side's end or error ends the other.
    pipeline(client, onward, client, () => undefined);
  });
  listener.listen(0, HOST);
  await once(listener, 'listening');
  return {
    host: HOST,
    port: (listener.address() as AddressInfo).port,
    leadTo(next) {
      target = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
