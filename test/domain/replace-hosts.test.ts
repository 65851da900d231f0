import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { databaseAddresses } from '../../src/adapters/kubernetes/database-addresses.ts';
import { replaceHosts } from '../../src/domain/replace-hosts.ts';

const from = [{ host: 'orders', port: 5432 }];
const to = [{ host: 'orders-ro.db.svc', port: 5432 }];

describe('other hosts in a connection string', () => {
  test.each([
    [
      'postgres://app:p%40ss@orders:5432/shop?sslmode=require',
      'postgres://app:p%40ss@orders-ro.db.svc:5432/shop?sslmode=require',
    ],
    ['jdbc:postgresql://orders:5432/shop', 'jdbc:postgresql://orders-ro.db.svc:5432/shop'],
    ['postgresql+asyncpg://a@orders:5432/s', 'postgresql+asyncpg://a@orders-ro.db.svc:5432/s'],
    [
      'host=orders port=5432 user=app password=$1$&',
      'host=orders-ro.db.svc port=5432 user=app password=$1$&',
    ],
    ["user='a' host='orders' port='5432'", "user='a' host=orders-ro.db.svc port=5432"],
    ['orders', 'orders-ro.db.svc'],
  ])('%s', (value, moved) => {
    expect(replaceHosts(value, from, to)).toBe(moved);
  });

  test.each([
    'postgres:///shop?host=orders',
    'postgres://app@orders/shop?host=/var/run',
    'hostaddr=10.0.0.1 host=orders',
    'somewhere else',
  ])('is left alone where it is not sure: %s', (value) => {
    expect(replaceHosts(value, from, to)).toBeNull();
  });

  test('keeps every password as it is, and is taken back to the letter', () => {
    const password = fc.stringMatching(/^[A-Za-z0-9$&%._~!-]{1,20}$/);
    fc.assert(
      fc.property(password, (secret) => {
        const value = `postgres://app:${secret}@orders:5432/shop`;
        const moved = replaceHosts(value, from, to) ?? '';
        expect(moved).toContain(`:${secret}@orders-ro.db.svc:5432/`);
        const [told] = databaseAddresses({ name: 'c', env: [{ name: 'DATABASE_URL', value: moved }] });
        expect(told?.hosts).toEqual(to);
        expect(replaceHosts(moved, to, from)).toBe(value);
      }),
    );
  });
});
