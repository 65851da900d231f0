import type { V1EnvVar } from '@kubernetes/client-node';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { databaseAddresses } from '../../../src/adapters/kubernetes/database-addresses.ts';

const of = (...env: V1EnvVar[]) => databaseAddresses({ name: 'main', env });
const value = (name: string, text: string): V1EnvVar => ({ name, value: text });

test.each([
  ['postgres://app:s3cret@db:6432/orders', [{ host: 'db', port: 6432 }], 'app', null],
  ['postgresql://db/orders', [{ host: 'db', port: null }], null, null],
  ['postgresql+asyncpg://app@db.svc/orders', [{ host: 'db.svc', port: null }], 'app', null],
  ['jdbc:postgresql://db:5432/orders?user=app&password=s3cret', [{ host: 'db', port: 5432 }], 'app', null],
  [
    'postgres://a%40b:s3%3Acret@one:5432,two/orders?target_session_attrs=prefer-standby',
    [
      { host: 'one', port: 5432 },
      { host: 'two', port: null },
    ],
    'a@b',
    'prefer-standby',
  ],
  ['postgres://app:p@ss@db/orders', [{ host: 'db', port: null }], 'app', null],
  ['postgres://app@[fd00::5]:5432/orders', [{ host: 'fd00::5', port: 5432 }], 'app', null],
  [
    'postgresql:///orders?host=db,replica&port=5433',
    [
      { host: 'db', port: 5433 },
      { host: 'replica', port: 5433 },
    ],
    null,
    null,
  ],
  ['host=db port=5433 user=app password=s3cret dbname=orders', [{ host: 'db', port: 5433 }], 'app', null],
  [
    "host='db,replica' user=app target_session_attrs=standby",
    [
      { host: 'db', port: null },
      { host: 'replica', port: null },
    ],
    'app',
    'standby',
  ],
])('%s', (text, hosts, user, wants) => {
  expect(of(value('ANYTHING', text))).toMatchObject([
    { variable: 'ANYTHING', hosts, user, wants, hiddenIn: null },
  ]);
});

test('a host in a variable of its own, with what stands beside it', () => {
  expect(
    of(
      value('PGHOST', 'db'),
      value('PGPORT', '5433'),
      value('PGUSER', 'app'),
      value('PGTARGETSESSIONATTRS', 'any'),
    ),
  ).toMatchObject([
    { variable: 'PGHOST', hosts: [{ host: 'db', port: 5433 }], user: 'app', wants: 'any', hiddenIn: null },
  ]);
  expect(of(value('ORDERS_DB_HOST', 'db'))).toMatchObject([{ hosts: [{ host: 'db', port: null }] }]);
  expect(of(value('KAFKA_HOST', 'broker'), value('REDIS_URL', 'redis://cache'))).toEqual([]);
});

test('what lies in a Secret or a ConfigMap is named, and nothing of it is read', () => {
  const secret = { secretKeyRef: { name: 'report-db', key: 'url' } };
  expect(of({ name: 'DATABASE_URL', valueFrom: secret })).toMatchObject([
    { hosts: [], hiddenIn: 'Secret report-db, key url' },
  ]);
  expect(of({ name: 'API_TOKEN', valueFrom: secret })).toEqual([]);
  expect(databaseAddresses({ name: 'main', envFrom: [{ secretRef: { name: 'all' } }] })).toMatchObject([
    { variable: null, hiddenIn: 'Secret all' },
  ]);
  expect(
    databaseAddresses({
      name: 'main',
      envFrom: [{ secretRef: { name: 'all' } }],
      env: [value('PGHOST', 'db')],
    }),
  ).toMatchObject([{ variable: 'PGHOST', hiddenIn: null }]);
});

test('the command line counts too', () => {
  expect(
    databaseAddresses({ name: 'main', command: ['psql', 'postgres://app:s3cret@db/orders', '-f', 'x.sql'] }),
  ).toMatchObject([{ variable: null, hosts: [{ host: 'db' }] }]);
});

test('a password never comes through, and no text breaks it', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9%:/?#@!$&'()*+,;=._~-]{0,30}$/);
  fc.assert(
    fc.property(word, word, (host, rest) => {
      const password = 'hunter2hunter2';
      const told = of(value('DATABASE_URL', `postgres://app:${password}@${host}/${rest}`));
      expect(JSON.stringify(told)).not.toContain(password);
    }),
  );
  fc.assert(fc.property(fc.string(), fc.string(), (name, text) => void of(value(name, text))));
});
