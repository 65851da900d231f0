import { type OrderService, startOrderService } from '../victim/order-service.ts';
import type { World } from '../world.ts';
import { measureSpan } from './batch-run.ts';

/** Orders per second that are tried, the most first. */
const RATES = [240, 180, 130, 90, 60, 40, 25];
/** The shop gets so much of what this machine bears, as a shop has room for its busiest hour. */
const SHARE = 0.6;
/** A customer waits so long for an order, in ms: a report that is ended after two seconds is a hiccup. */
const PATIENCE_MS = 5_000;
const CALM_MS = 5_000;

export interface Shop {
  readonly orders: OrderService;
  /** Orders placed per second when nothing disturbed it. */
  readonly placedPerSecond: number;
}

/** Opens the shop with a rate of orders that leaves this machine room. It is closed with the stack. */
export async function openShop(
  world: World,
  parts: AsyncDisposableStack,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<Shop> {
  await world.orders.stop();
  const rate = Math.round((await mostOrders(world, signal)) * SHARE);
  const orders = parts.use(await startShop(world, rate));
  say(`The shop gets ${rate} orders a second`);
  const calm = await measureSpan({ orders, victim: world.victim }, CALM_MS, signal);
  return { orders, placedPerSecond: (calm.ordersPlaced * 1_000) / CALM_MS };
}

/** The most of the rates at which nobody waits longer and longer when nothing disturbs the shop. */
async function mostOrders(world: World, signal: AbortSignal): Promise<number> {
  for (const rate of RATES) {
    await using orders = await startShop(world, rate);
    const { ordersPlaced } = await measureSpan({ orders, victim: world.victim }, CALM_MS, signal);
    if (ordersPlaced >= (rate * CALM_MS * 0.95) / 1_000) return rate;
  }
  return RATES.at(-1) ?? 1;
}

async function startShop({ victim, kubernetes }: World, rate: number): Promise<OrderService> {
  return await startOrderService({
    url: victim.urls.orderService,
    customers: victim.size.customers,
    products: victim.size.products,
    rate,
    acquireTimeoutMs: PATIENCE_MS,
    ...(kubernetes.loopbackAddresses ? { podIp: '127.0.1.10' } : {}),
  });
}
