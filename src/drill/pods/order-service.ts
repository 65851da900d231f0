import pg from 'pg';
import type { FailureReason } from '../victim/order-stats.ts';
import { OrderCounters } from './order-counters.ts';
import { placeOrder, type Shop } from './place-order.ts';
import { fromPodAddress } from './pod-socket.ts';

/**
 * The service that the outage hurts: it places orders at a steady rate, whether or not earlier ones are done (an open
 * loop, like customers), through a bounded pool. A line of JSON with its counters goes to stdout every 250 ms. It ends
 * on SIGTERM, or when its stdin ends because the drill is gone.
 */
const REPORT_EVERY_MS = 250;
const TICK_MS = 10;

const rate = Number(process.env.ORDERS_PER_SECOND ?? 200);
const poolSize = Number(process.env.POOL_SIZE ?? 4);
const shop: Shop = {
  customers: Number(process.env.CUSTOMERS ?? 1000),
  products: Number(process.env.PRODUCTS ?? 100),
};
const counters = new OrderCounters();
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  application_name: 'order-service',
  max: poolSize,
  idleTimeoutMillis: 0,
  connectionTimeoutMillis: Number(process.env.ACQUIRE_TIMEOUT_MS ?? 450),
  keepAlive: true,
  ...fromPodAddress(process.env.SOURCE_ADDRESS),
});
// A lost connection shows up as a failed order; without a listener it would end the process.
pool.on('error', () => {});

async function order(): Promise<void> {
  const started = performance.now();
  let client: pg.PoolClient | undefined;
  try {
    client = await acquire(started);
    await placeOrder(client, shop);
    client.release();
    counters.placed();
  } catch (error) {
    client?.release(true);
    counters.failed(client === undefined ? reasonOfAcquire(error) : 'query');
  }
}

async function acquire(started: number): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } finally {
    counters.acquired(performance.now() - started);
  }
}

function reasonOfAcquire(error: unknown): FailureReason {
  return error instanceof Error && /timeout/i.test(error.message) ? 'acquire_timeout' : 'connection';
}

async function openAllConnections(): Promise<void> {
  const clients = await Promise.all(Array.from({ length: poolSize }, () => pool.connect()));
  for (const client of clients) client.release();
}

function startPlacing(): void {
  const startedAt = performance.now();
  let issued = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * rate);
    // A machine that slept must not answer with a burst of everything it missed.
    issued = Math.max(issued, due - rate);
    for (; issued < due; issued++) void order();
  }, TICK_MS);
}

process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
await openAllConnections();
setInterval(
  () => process.stdout.write(`${JSON.stringify(counters.snapshot(pool, poolSize))}\n`),
  REPORT_EVERY_MS,
);
startPlacing();
