import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { StartDecoy } from './decoy.ts';
import { watchClient } from './watched-client.ts';

const PAUSE_MS = 700;

/** A dashboard that refreshes itself with small queries, and sleeps in each as a slow disk would make it. */
export const bi: StartDecoy = async (stage) => {
  const { names } = stage.shape;
  const table = pg.escapeIdentifier(names.sideTable);
  const client = await stage.person({ role: names.biRole, application: names.biTool });
  let over = false;
  stage.defer(() => {
    over = true;
  });
  const refresh = async () => {
    while (!over) {
      await client.query(`select pg_sleep(1), max(id) from ${table}`);
      await delay(PAUSE_MS);
    }
  };
  const refreshing = refresh();
  refreshing.catch(() => undefined);
  return watchClient({ what: 'the dashboard', role: names.biRole }, client, refreshing);
};
