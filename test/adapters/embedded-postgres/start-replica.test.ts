import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { startReplica } from '../../../src/adapters/embedded-postgres/start-replica.ts';
import { eventually, query, temporaryDirectory } from './support.ts';

test.each([
  ['unix sockets', (path: string) => ({ socketDirectory: join(path, 's') })],
  ['TCP', () => ({ host: '127.0.0.1' })],
])(
  'a replica over %s streams what the primary writes, also after a restart of both',
  async (_name, listen) => {
    using directory = temporaryDirectory();
    const settings = { wal_keep_size: '64MB', max_connections: 23 };
    const start = () =>
      startPostgres({ dataDirectory: join(directory.path, 'p'), listen: listen(directory.path), settings });
    const replicaOptions = {
      dataDirectory: join(directory.path, 'r'),
      listen: listen(directory.path),
      applicationName: 'replica-1',
    };
    {
      await using primary = await start();
      await query(primary.url(), 'create table t as select generate_series(1, 1000) n');
      await using replica = await startReplica(primary, replicaOptions);
      await query(primary.url(), 'insert into t values (1001)');
      await eventually(
        'row 1001 on the replica',
        async () => (await query(replica.url(), 'select from t where n = 1001')).length === 1,
      );
      expect(await query(replica.url(), 'select pg_is_in_recovery() r')).toEqual([{ r: true }]);
    }
    await using primary = await start();
    await using replica = await startReplica(primary, replicaOptions);
    await query(primary.url(), 'insert into t values (1002)');
    await eventually(
      'row 1002 on the replica',
      async () => (await query(replica.url(), 'select from t where n = 1002')).length === 1,
    );
    expect(await query(primary.url(), 'select application_name, state from pg_stat_replication')).toEqual([
      { application_name: 'replica-1', state: 'streaming' },
    ]);
  },
);
