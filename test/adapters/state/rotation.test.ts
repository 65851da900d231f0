import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { eventually, temporaryDirectory } from '../embedded-postgres/support.ts';
import { alertOf, opened, query } from './support.ts';

test('with a replaced password the state goes on: journal, queue, locks and their listener', async () => {
  using directory = temporaryDirectory();
  await using server = await startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    hba: ['host all keeper 127.0.0.0/8 scram-sha-256', 'host all all 127.0.0.0/8 trust'],
    settings: { max_connections: 40 },
  });
  const set = async (password: string) => query(server.url(), `alter role keeper password '${password}'`);
  await query(server.url(), 'create role keeper login');
  await set('first:@/ä');
  await query(server.url(), 'create database state owner keeper');
  let held = 'first:@/ä';
  const state = await opened(server.url({ user: 'keeper', database: 'state', password: held }), {
    password: () => held,
  });
  await state.queue.start();
  await state.alerts.store([alertOf('a')]);

  await set('second');
  held = 'second';
  const sessions = async (): Promise<string[]> => {
    const rows = await query<{ name: string }>(
      server.url(),
      "select application_name as name from pg_stat_activity where usename = 'keeper'",
    );
    return rows.map(({ name }) => name);
  };
  await query(
    server.url(),
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'",
  );

  await eventually('an alert is stored', async () => (await state.alerts.store([alertOf('b')])).stored === 1);
  await eventually(
    'a lock is held again',
    async () => (await state.mutex.exclusively('one', async () => true)).status === 'done',
  );
  await eventually('the queue is connected again', async () =>
    (await sessions()).some((name) => name.endsWith('queue')),
  );
  expect((await state.alerts.store([alertOf('c')])).stored).toBe(1);
});
