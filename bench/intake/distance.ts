import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A way to a port of this machine on which everything is as long under way as over a network. */
export interface Distance extends AsyncDisposable {
  readonly port: number;
  /** How many connections were opened over it. */
  connections(): number;
}

/**
 * What is sent arrives half of the round trip later. Opening a connection costs nothing, as the system answers for the
 * server: over a real network whoever has to open one waits for a round trip more than here.
 */
export async function startDistance(port: number, roundTripMs: number): Promise<Distance> {
  const open = new Set<Socket>();
  let connections = 0;
  const listener = createServer((near) => {
    connections += 1;
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from.setNoDelay());
      from.on('data', (data) => void delay(roundTripMs / 2).then(() => to.write(data)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
