import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { eventually, query, temporaryDirectory } from '../embedded-postgres/support.ts';
import { signal, startDatabases } from './support.ts';

test('a password that is replaced is used by the next session, and the reading goes on', async () => {
  using directory = temporaryDirectory();
  await using server = await startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all bot 127.0.0.0/8 scram-sha-256', 'host all all 127.0.0.0/8 trust'],
    settings: { max_connections: 20 },
  });
  const set = async (password: string) => query(server.url(), `alter role bot password '${password}'`);
  await query(server.url(), 'create role bot login; grant pg_monitor, pg_signal_backend to bot');
  await set('first');
  let held = 'first';
  const url = { reveal: () => server.url({ user: 'bot', database: 'postgres', password: held }) };
  await using databases = await startDatabases({ url });
  const read = async () => databases.snapshot('shop', 'primary', signal);
  expect((await read()).sessions).toBeDefined();

  await set('second');
  await query(server.url(), "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'bot'");
  await eventually('the old password is refused', async () =>
    read().then(
      () => false,
      (error: unknown) => /password/.test(String(error)),
    ),
  );

  held = 'second';
  await eventually('the new password is used', async () => (await read()).database === 'shop');
});
