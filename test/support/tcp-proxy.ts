import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A place on the network that connections pass, and where they can be disturbed. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** New connections lead here; those that are open stay where they are. */
  leadTo(target: Address): void;
  /** Cuts every open connection. */
  cut(): void;
  /** Refuses new connections by cutting them at once, until told otherwise. */
  refuse(refuses: boolean): void;
  /** Swallows everything, also of connections that are open, and answers nothing: no end, no reset. */
  blackHole(swallows: boolean): void;
  /** Lets every answer wait for so many milliseconds. */
  slow(ms: number): void;
  /**
   * Cuts a connection when its client sends this text: before the text has passed, or once the server has answered
   * it, so that it is done and nobody knows; `for good` is `after`, and from then on everything is swallowed.
   */
  cutAt(text: string, when: When, times?: number): void;
  /** How many connections are open. */
  readonly open: number;
  /** What the client of each connection sent, each time until the server answered: one text is one way there and back. */
  readonly ways: readonly (readonly string[])[];
}

type When = 'before' | 'after' | 'for good';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  doomed: boolean;
  /** What the client has sent since the server answered last. */
  way: string;
}

export async function startTcpProxy(first: Address): Promise<TcpProxy> {
  let target = first;
  let refuses = false;
  let swallows = false;
  let slowMs = 0;
  let hole = false;
  let trap: { text: string; when: When; times: number } | null = null;
  const pairs = new Set<Pair>();
  const ways: string[][] = [];

  // Half-open, so that in a black hole a farewell is not answered either.
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (refuses) {
      client.destroy();
      return;
    }
    const pair: Pair = {
      client,
      server: connect({ ...target, allowHalfOpen: true }),
      doomed: false,
      way: '',
    };
    pairs.add(pair);
    const own: string[] = [];
    ways.push(own);
    const end = () => {
      client.destroy();
      pair.server.destroy();
      pairs.delete(pair);
    };
    for (const socket of [client, pair.server]) {
      socket.on('error', () => undefined);
      // In a black hole nobody hears of an end either.
      socket.on('end', () => (swallows ? undefined : end()));
      socket.on('close', () => (swallows ? undefined : end()));
    }
    client.on('data', (data) => {
      if (swallows) return;
      if (trap !== null && trap.times > 0 && data.includes(trap.text)) {
        trap.times -= 1;
        if (trap.when === 'before') {
          end();
          return;
        }
        pair.doomed = true;
        hole = trap.when === 'for good';
      }
      pair.way += data.toString('latin1');
      pair.server.write(data);
    });
    pair.server.on('data', (data) => {
      if (swallows) return;
      if (pair.way !== '') own.push(pair.way);
      pair.way = '';
      if (pair.doomed && hole) swallows = true;
      else if (pair.doomed) end();
      else if (slowMs > 0) setTimeout(() => client.write(data), slowMs);
      else client.write(data);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = () => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    pairs.clear();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    leadTo: (next) => {
      target = next;
    },
    cut,
    refuse: (value) => {
      refuses = value;
    },
    blackHole: (value) => {
      swallows = value;
      // What was swallowed is lost: such a connection is of no use to anybody afterwards.
      if (!value) cut();
    },
    slow: (ms) => {
      slowMs = ms;
    },
    cutAt: (text, when, times = 1) => {
      trap = { text, when, times };
    },
    get open() {
      return pairs.size;
    },
    ways,
    async [Symbol.asyncDispose]() {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
