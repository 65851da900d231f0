import type { V1EnvVar } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { databaseAddresses } from '../../../src/adapters/kubernetes/database-addresses.ts';
import { shownValue } from '../../../src/adapters/kubernetes/shown-value.ts';

const of = (value: string, ...beside: V1EnvVar[]) => {
  const variable = { name: 'DATABASE_URL', value };
  return shownValue(variable, [...beside, variable]);
};

describe('what people may see of a connection string', () => {
  test.each([
    'postgres://report@orders:5432/shop?sslmode=require&application_name=nightly',
    'postgresql://orders-1,orders-2:5433/shop?target_session_attrs=any',
    'jdbc:postgresql://orders:5432/shop?user=report&targetServerType=any',
    'host=orders port=5432 dbname=shop user=report sslmode=verify-full',
    "host='orders' user = 'report'",
    'postgres://$(DB_USER):$(DB_PASSWORD)@orders/shop',
    'orders-primary.db.svc',
    '[fd00::5]:5432',
  ])('all of it: %s', (value) => {
    expect(of(value)).toEqual({ text: value, passwordVariable: null, refersTo: [] });
  });

  test.each([
    ['postgres://report:hunter2@orders/shop', 'postgres://report:$(DATABASE_URL_PASSWORD)@orders/shop'],
    ['postgres://report:hun@ter:2@orders/shop', 'postgres://report:$(DATABASE_URL_PASSWORD)@orders/shop'],
    [
      'jdbc:postgresql://orders/shop?user=report&password=hunter2',
      'jdbc:postgresql://orders/shop?user=report&password=$(DATABASE_URL_PASSWORD)',
    ],
    [
      "host=orders user=report password='hun\\'ter 2' dbname=shop",
      "host=orders user=report password='$(DATABASE_URL_PASSWORD)' dbname=shop",
    ],
  ])('but for the password: %s', (value, text) => {
    expect(of(value)).toEqual({ text, passwordVariable: 'DATABASE_URL_PASSWORD', refersTo: [] });
  });

  test.each([
    'postgres://report:hun/ter2@orders/shop',
    'postgres://report:12/hunter2@orders/shop',
    'postgres://report:hun?ter2@orders/shop',
    'postgres://report:12#hunter2@orders/shop',
    'postgres://report@orders/shop?token=hunter2',
    'postgres://report@orders/shop?options=-c%20app.key=hunter2',
    'postgres://report@orders/shop?sslpassword=hunter2',
    'TOKEN=hunter2 postgres://report@orders/shop',
    'psql "postgres://report@orders/shop" # hunter2',
    'host=orders user=report passwd=hunter2',
    'host=orders user=report;password=hunter2',
    'Host=orders;Password=hunter2',
  ])('nothing, as a secret may be in it: %s', (value) => {
    expect(of(value)).toBeNull();
  });

  test('the name for the password is free, and variables of the container that it refers to are named', () => {
    const beside = [
      { name: 'DATABASE_URL_PASSWORD', value: 'x' },
      { name: 'DB_USER', value: 'report' },
    ];
    expect(of('postgres://$(DB_USER):hunter2@orders/$(SHOP)', ...beside)).toEqual({
      text: 'postgres://$(DB_USER):$(DATABASE_URL_PASSWORD_2)@orders/$(SHOP)',
      passwordVariable: 'DATABASE_URL_PASSWORD_2',
      refersTo: ['DB_USER'],
    });
  });

  test('a password never comes through, wherever it stands', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9%:/?#@!$&'()*+,;=._~ -]{0,20}$/);
    const form = fc.constantFrom<(password: string) => string>(
      (password) => `postgres://report:${password}@orders:5432/shop?sslmode=require`,
      (password) => `postgres://orders/shop?user=report&password=${password}`,
      (password) => `host=orders user=report password=${password} dbname=shop`,
      (password) => `host=orders password='${password}'`,
    );
    fc.assert(
      fc.property(word, word, form, (before, after, write) => {
        const value = write(`${before}hunter2${after}`);
        const told = databaseAddresses({ name: 'main', env: [{ name: 'DATABASE_URL', value }] });
        for (const { shown } of told) expect(JSON.stringify(shown)).not.toContain('hunter2');
      }),
      { numRuns: 2000 },
    );
  });
});
