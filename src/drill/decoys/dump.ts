import { Socket } from 'node:net';
import pg from 'pg';
import type { StartDecoy } from './decoy.ts';
import { watchClient } from './watched-client.ts';

const ROLE = 'dumper';

/**
 * What pg_dump does, with a disk that does not keep up: a transaction of one snapshot, the table locked against DDL, and
 * a COPY that waits for its client. It is the longest transaction and the longest statement of the server.
 */
export const dump: StartDecoy = async (stage) => {
  const { names } = stage.shape;
  const table = pg.escapeIdentifier(names.sideTable);
  await stage.role(ROLE);
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: stage.url({ role: ROLE, direct: true }),
    application_name: 'pg_dump',
    stream: () => socket,
  });
  client.on('error', () => undefined);
  await client.connect();
  stage.defer(() => void socket.destroy());
  await client.query('begin isolation level repeatable read read only');
  await client.query(`select count(*) from ${table}`);
  const copied = client.query(
    `copy (select s.* from ${table} s cross join generate_series(1, 1000)) to stdout`,
  );
  const decoy = watchClient({ what: 'pg_dump', role: ROLE }, client, copied);
  socket.pause();
  await stage.until('pg_dump waits for its disk', async () => {
    const rows = await stage.sql(
      `select from pg_stat_activity where usename = $1 and wait_event = 'ClientWrite'`,
      [ROLE],
    );
    return rows.length > 0;
  });
  return decoy;
};
