import { OrderStats } from './order-stats.ts';
import { startPodProcess } from './pod-process.ts';

/** How order-service works; the defaults make the drill's outage certain on two cores (see bench/victim.ts). */
export interface OrderServiceOptions {
  /** Connection URL of the primary as the role `order_service`. */
  readonly url: string;
  /** Orders per second, sent whether or not earlier ones are done. */
  readonly rate?: number;
  readonly poolSize?: number;
  /** How long an order waits for a connection, in ms, before it fails. */
  readonly acquireTimeoutMs?: number;
  /** Source address of its connections, such as 127.0.1.10; the system's choice when absent. */
  readonly podIp?: string;
  readonly customers?: number;
  readonly products?: number;
}

/** A running order-service. */
export interface OrderService extends AsyncDisposable {
  readonly pid: number;
  /** The newest counters. */
  latest(): OrderStats;
  /** Calls `listener` with each new reading, four times a second; the result removes it. */
  subscribe(listener: (stats: OrderStats) => void): () => void;
  /** Settles when the process has ended, with the tail of what it wrote to stderr. */
  readonly exited: Promise<{ code: number | null; errors: string }>;
  stop(): Promise<void>;
}

/** Starts order-service as a process of its own and waits for its first reading, with all connections open. */
export async function startOrderService(options: OrderServiceOptions): Promise<OrderService> {
  const listeners = new Set<(stats: OrderStats) => void>();
  const first = Promise.withResolvers<OrderStats>();
  let latest: OrderStats | undefined;
  const pod = startPodProcess('order-service', environment(options), (line) => {
    latest = OrderStats.parse(JSON.parse(line));
    first.resolve(latest);
    for (const listener of listeners) listener(latest);
  });
  const died = pod.exited.then(({ code, errors }) => {
    throw new Error(`order-service ended before its first reading (exit code ${code}): ${errors}`);
  });
  died.catch(() => {});
  const initial = await Promise.race([first.promise, died]);
  return {
    pid: pod.pid,
    latest: () => latest ?? initial,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    exited: pod.exited,
    stop: () => pod.stop(),
    [Symbol.asyncDispose]: () => pod.stop(),
  };
}

function environment(options: OrderServiceOptions): Record<string, string | undefined> {
  return {
    DATABASE_URL: options.url,
    ORDERS_PER_SECOND: text(options.rate),
    POOL_SIZE: text(options.poolSize),
    ACQUIRE_TIMEOUT_MS: text(options.acquireTimeoutMs),
    CUSTOMERS: text(options.customers),
    PRODUCTS: text(options.products),
    SOURCE_ADDRESS: options.podIp,
  };
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
