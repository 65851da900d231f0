import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { startIdleReader, startOther, startWeb } from '../stage/lock-cast.ts';
import { lockSymptom } from '../stage/measure.ts';

/** A service forgets a transaction that has changed a row; another service needs that row. */
export const scenario: Scenario = {
  id: 'idle-in-transaction',
  title: 'A service leaves a transaction open, and another one waits for its row',
  alert: 'BackendsWaiting',
  needs: {},
  expected: ({ names }) => ({
    cause: 'idle-in-transaction',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.end-blockers'],
    guilty: [{ role: names.otherRole }],
  }),
  async provoke(stage) {
    const { names } = stage.shape;
    const change = `update ${pg.escapeIdentifier(names.busyTable)} set amount = amount + 1 where id = 1`;
    await startIdleReader(stage);
    await startOther(stage, ['begin', change]);
    await stage.until('the transaction is idle', async () => {
      const rows = await stage.sql(
        "select from pg_stat_activity where usename = $1 and state = 'idle in transaction' and backend_xid is not null",
        [names.otherRole],
      );
      return rows.length > 0;
    });
    await startWeb(stage, change);
  },
  symptom: lockSymptom,
};
