import pg from 'pg';
import type { StartDecoy } from './decoy.ts';
import { watchClient } from './watched-client.ts';

/** Seconds for each row of the side table: the index is not ready before the scenario is over. */
const SECONDS_PER_ROW = 0.05;

/** An index that a migration builds on a table that nobody writes to: DDL, long, and in nobody's way. */
export const ddl: StartDecoy = async (stage) => {
  const { names } = stage.shape;
  const table = pg.escapeIdentifier(names.sideTable);
  const client = await stage.person({ role: names.migrator, application: names.migration, direct: true });
  await stage.sql(`create function slowly(bigint) returns bigint language plpgsql immutable
    as 'begin perform pg_sleep(${SECONDS_PER_ROW}); return $1; end';
    alter table ${table} owner to ${pg.escapeIdentifier(names.migrator)};
    grant create on schema public to ${pg.escapeIdentifier(names.migrator)}`);
  return watchClient(
    { what: 'the index of the migration', role: names.migrator },
    client,
    client.query(`create index on ${table} (slowly(id))`),
  );
};
