import type pg from 'pg';
import {
  CREATE_TABLES,
  FILL_ORDERS,
  FILL_STOCK,
  FINISH_TABLES,
  GRANTS,
  PRODUCTS,
  ROWS_AT_SCALE_1,
} from './schema.ts';

/** How far the generation of `orders` has come. */
export interface SeedProgress {
  readonly done: number;
  readonly total: number;
  readonly rowsPerSecond: number;
}

/** Row counts of a scale. */
export interface ShopSize {
  readonly orders: number;
  readonly customers: number;
  readonly products: number;
}

const ROWS_PER_CHUNK = 100_000;

/** The size of the shop at a scale; 1 is meant for a machine with two cores. */
export function shopSize(scale: number): ShopSize {
  const orders = Math.max(1000, Math.round(ROWS_AT_SCALE_1 * scale));
  return { orders, customers: Math.max(100, Math.round(orders / 15)), products: PRODUCTS };
}

/** Creates the shop's tables and generates their rows inside the database, chunk by chunk. */
export async function seedShop(
  client: pg.Client,
  size: ShopSize,
  options: { progress?: ((progress: SeedProgress) => void) | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  await client.query(CREATE_TABLES);
  await client.query('set synchronous_commit = off');
  await client.query(FILL_STOCK, [size.products]);
  const startedAt = performance.now();
  for (let first = 1; first <= size.orders; first += ROWS_PER_CHUNK) {
    options.signal?.throwIfAborted();
    const last = Math.min(first + ROWS_PER_CHUNK - 1, size.orders);
    await client.query(FILL_ORDERS, [first, last, size.orders, size.customers]);
    const rowsPerSecond = Math.round(last / ((performance.now() - startedAt) / 1000));
    options.progress?.({ done: last, total: size.orders, rowsPerSecond });
  }
  for (const statement of FINISH_TABLES) await client.query(statement);
  await client.query(GRANTS);
}
