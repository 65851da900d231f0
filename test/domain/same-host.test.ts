import { expect, test } from 'vitest';
import { isSameHost } from '../../src/domain/same-host.ts';

test.each([
  ['orders', 'orders'],
  ['Orders', 'orders.'],
  ['orders', 'orders.db'],
  ['orders.db', 'orders.db.svc'],
  ['orders', 'orders.db.svc.cluster.local'],
  ['orders.db.svc.cluster.local', 'orders.db'],
  ['10.0.0.5', '10.0.0.5'],
  ['orders.example.com', 'orders.example.com'],
])('%s is %s', (one, other) => {
  expect(isSameHost(one, other)).toBe(true);
  expect(isSameHost(other, one)).toBe(true);
});

test.each([
  ['orders', 'orders-ro'],
  ['orders.db', 'orders.shop'],
  ['orders', 'orders.example.com'],
  ['10', '10.0'],
  ['', ''],
  ['localhost', 'localhost.db'],
])('%s is not %s', (one, other) => {
  expect(isSameHost(one, other)).toBe(false);
  expect(isSameHost(other, one)).toBe(false);
});
