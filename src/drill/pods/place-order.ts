import type { PoolClient } from 'pg';

/** Size of the shop: customers and products that orders refer to. */
export interface Shop {
  readonly customers: number;
  readonly products: number;
}

const ITEMS = 3;
const INSERT_ORDER = `insert into orders (customer_id, product_id, status, amount, created_at, payload)
  values ($1, $2, 'placed', $3, now(), $4) returning id`;
const LOCK_STOCK = 'select quantity from stock where product_id = $1 for update';
const TAKE_FROM_STOCK = 'update stock set quantity = quantity - 1, updated_at = now() where product_id = $1';
const INSERT_LINE = 'insert into order_lines (order_id, product_id, quantity) values ($1, $2, 1)';
const INSERT_EVENT = `insert into outbox (order_id, event, created_at) values ($1, 'order.placed', now())`;
const READ_ORDER = 'select id, customer_id, product_id, status, amount, created_at from orders where id = $1';

/** Places one order of three items in one transaction, statement by statement as a web application does: 14 round trips. */
export async function placeOrder(client: PoolClient, shop: Shop): Promise<void> {
  const products = chooseProducts(shop.products);
  await client.query('begin');
  try {
    const id = await insertOrder(client, shop, products);
    for (const product of products) {
      await client.query(LOCK_STOCK, [product]);
      await client.query(TAKE_FROM_STOCK, [product]);
      await client.query(INSERT_LINE, [id, product]);
    }
    await client.query(INSERT_EVENT, [id]);
    await client.query(READ_ORDER, [id]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function insertOrder(
  client: PoolClient,
  shop: Shop,
  products: readonly number[],
): Promise<string | undefined> {
  const customer = 1 + Math.floor(Math.random() * shop.customers);
  const amount = (5 + Math.random() * 200).toFixed(2);
  const text = `web order of customer ${customer}`;
  const inserted = await client.query<{ id: string }>(INSERT_ORDER, [customer, products[0], amount, text]);
  return inserted.rows[0]?.id;
}

/** Different products in ascending order, so that two orders never wait for each other in a circle. */
function chooseProducts(products: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(ITEMS, products)) chosen.add(1 + Math.floor(Math.random() * products));
  return [...chosen].sort((a, b) => a - b);
}
