import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { slowRead, startIdleReader, startOther, startWeb } from '../stage/lock-cast.ts';
import { lockSymptom } from '../stage/measure.ts';

/** A transaction has changed a row that everybody needs, and is busy with something long before it commits. */
export const scenario: Scenario = {
  id: 'row-lock-convoy',
  title: 'One transaction keeps a row that everybody needs, and works on',
  alert: 'PostgresqlTooManyLocksAcquired',
  needs: {},
  expected: ({ names }) => ({
    cause: 'row-lock-convoy',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.end-blockers'],
    guilty: [{ role: names.otherRole }],
  }),
  async provoke(stage) {
    const { names } = stage.shape;
    const change = `update ${pg.escapeIdentifier(names.busyTable)} set amount = amount + 1 where id = 1`;
    await startIdleReader(stage);
    await startOther(stage, ['begin', change, slowRead(names.busyTable)]);
    await stage.until('the row is kept', async () => {
      const rows = await stage.sql(
        "select from pg_stat_activity where usename = $1 and state = 'active' and backend_xid is not null",
        [names.otherRole],
      );
      return rows.length > 0;
    });
    await startWeb(stage, change);
  },
  symptom: lockSymptom,
};
