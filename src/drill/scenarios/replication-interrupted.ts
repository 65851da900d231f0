import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';

/** Somebody mends the address after Firebreak has told where to look; milliseconds from the beginning. */
const MENDED_MS = 45_000;

/** The replica was given a wrong address of its primary. Firebreak tells people, and does nothing: they mend it. */
export const scenario: Scenario = {
  id: 'replication-interrupted',
  title: 'The replica looks for its primary at a wrong address, until somebody mends it',
  alert: 'ReplicaFailingReplication',
  needs: { replica: true },
  expected: () => ({
    cause: 'replication-interrupted',
    culprit: null,
    actions: [],
    // The WAL receiver logs in nowhere; PostgreSQL ends it itself when the address of its primary changes.
    guilty: [{ role: '' }],
  }),
  async provoke(stage) {
    await stage.sql(`alter system set primary_conninfo = 'host=127.0.0.1 port=1'`, [], 'replica');
    await stage.sql('select pg_reload_conf()', [], 'replica');
    const mended = mend(stage);
    mended.catch(() => undefined);
  },
  async symptom({ sql }) {
    const rows = await sql('select from pg_stat_wal_receiver', [], 'replica');
    return rows.length === 0 ? 'the replica receives nothing' : null;
  },
};

async function mend({ sql, signal }: Stage): Promise<void> {
  await delay(MENDED_MS, undefined, { signal });
  await sql('alter system reset primary_conninfo', [], 'replica');
  await sql('select pg_reload_conf()', [], 'replica');
}
