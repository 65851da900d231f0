import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { supervise } from '../../../src/adapters/embedded-postgres/supervise.ts';
import { eventually, query, temporaryDirectory } from './support.ts';

test('a server that is killed is back at the same address with what it had, until its owner stops', async () => {
  using directory = temporaryDirectory();
  const options = {
    dataDirectory: join(directory.path, 'data'),
    listen: { socketDirectory: join(directory.path, 's') },
  };
  const told: string[] = [];
  const tell = (_: unknown, message?: string) => void told.push(message ?? '');
  const first = await startPostgres(options);
  const url = first.url();
  let failures = 2;
  {
    await using _supervised = supervise(first, {
      logger: { info: tell, error: tell },
      start: async (signal) => {
        if (failures-- > 0) throw new Error('not yet');
        return startPostgres({ ...options, signal });
      },
    });
    await query(url, 'create table t as select 1 as n');
    const pidFile = join(first.dataDirectory, 'postmaster.pid');
    for (const _ of [1, 2]) {
      process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
      await eventually('it is gone', async () => !(await answers(url)));
      await eventually('it is back', async () => answers(url), 30_000);
    }
  }
  expect(await answers(url)).toBe(false);
  const [ended, back] = [
    'The embedded PostgreSQL ended by itself and is started again',
    'The embedded PostgreSQL is back',
  ];
  const failed = 'The embedded PostgreSQL could not be started again';
  expect(told).toEqual([ended, failed, failed, back, ended, back]);
});

async function answers(url: string): Promise<boolean> {
  return await query(url, 'select n from t').then(
    (rows) => rows.length === 1,
    () => false,
  );
}
