import { createServer } from 'node:net';

/** Says whether programs can bind spare loopback addresses, as they can on Linux but not on macOS. */
export async function hasSpareLoopback(address = '127.44.0.2'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}

const NETWORK = '127.44';
const FIRST = 2;
const LAST = 65_534;

/** Hands out the addresses of 127.44.0.0/16 one after another and starts again after the last. */
export class AddressPool {
  #next = FIRST;

  allocate(): string {
    const number = this.#next;
    this.#next = number === LAST ? FIRST : number + 1;
    return `${NETWORK}.${number >> 8}.${number & 255}`;
  }
}
