import { expect, test } from 'vitest';
import { isPsql, readPsqlCommand } from '../../src/gate/psql-command.ts';
import { redirect } from '../../src/gate/redirect.ts';

test.each([
  [['-f', 'a.sql'], [{ file: 'a.sql' }], false],
  [['-Atc', 'select 1', '-f', 'b.sql'], [{ sql: 'select 1' }, { file: 'b.sql' }], false],
  [['-fa.sql', '-v', 'f=x', '--command=select 1=1'], [{ file: 'a.sql' }, { sql: 'select 1=1' }], false],
  [['-v', '-c', '-X', 'orders', 'report'], [], false],
  [['-h', 'primary', '-c', 'select 1'], [{ sql: 'select 1' }], true],
  [['-Xhprimary', '-c', 'x'], [{ sql: 'x' }], true],
  [['--host=primary', '-c', 'x'], [{ sql: 'x' }], true],
  [['-p', '5433', '-c', 'x'], [{ sql: 'x' }], true],
  [['-c', 'x', 'postgresql://primary/orders'], [{ sql: 'x' }], true],
  [['-c', 'x', '-d', 'host=primary'], [{ sql: 'x' }], true],
  [['-c', 'x', '--', '-h'], [{ sql: 'x' }], false],
])('psql %j', (args, sources, hasAddress) => {
  expect(readPsqlCommand(args)).toEqual({ sources, hasAddress });
});

test('psql is known by its name', () => {
  expect(['psql', '/usr/bin/psql', 'C:\\pg\\psql.exe', 'pg_dump', 'mypsql'].map(isPsql)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('the environment leads to the replica, with nothing left that leads elsewhere', () => {
  const replica = { host: 'ro', port: 5433 };
  const psql = readPsqlCommand(['-c', 'x']);
  const before = {
    PGHOST: 'primary',
    PGHOSTADDR: '10.0.0.1',
    PGTARGETSESSIONATTRS: 'read-write',
    PGUSER: 'report',
  };
  expect(redirect(before, replica, psql)).toEqual({
    status: 'redirected',
    environment: { PGHOST: 'ro', PGPORT: '5433', PGTARGETSESSIONATTRS: 'any', PGUSER: 'report' },
  });
  expect(redirect(before, null, psql)).toMatchObject({ status: 'impossible' });
  expect(redirect({ ...before, PGSERVICE: 'x' }, replica, psql)).toMatchObject({ status: 'impossible' });
  expect(redirect({}, replica, null)).toMatchObject({ status: 'impossible' });
  expect(redirect({}, replica, psql)).toMatchObject({ status: 'redirected' });
});
