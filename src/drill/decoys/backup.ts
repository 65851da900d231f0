import pg from 'pg';
import type { StartDecoy } from './decoy.ts';
import { watchClient } from './watched-client.ts';

/** The slowest rate of a base backup, so that it outlasts every scenario; kB/s. */
const SLOWLY = 32;
const ROLE = 'backup';

/** A base backup over the replication protocol, as pg_basebackup takes it: a walsender without a standby. */
export const backup: StartDecoy = async (stage) => {
  await stage.role(ROLE);
  await stage.sql(`alter role ${ROLE} replication`);
  const url = new URL(stage.url({ role: ROLE, direct: true }));
  url.searchParams.set('replication', 'true');
  const client = new pg.Client({ connectionString: url.toString(), application_name: 'pg_basebackup' });
  client.on('error', () => undefined);
  await client.connect();
  stage.defer(() => client.end().catch(() => undefined));
  const taken = client.query(`BASE_BACKUP (LABEL 'drill', CHECKPOINT 'fast', MAX_RATE ${SLOWLY})`);
  const decoy = watchClient({ what: 'the base backup', role: ROLE }, client, taken);
  await stage.until('the base backup runs', async () => {
    const [failed] = decoy.noticed();
    if (failed !== undefined) throw new Error(`The base backup did not start: ${failed}`);
    const rows = await stage.sql(`select from pg_stat_replication where state = 'backup'`);
    return rows.length > 0;
  });
  return decoy;
};
