import pg from 'pg';
import type { Scenario } from '../scenario.ts';

/** It was over before anybody looked: a short burst, and an alert that comes late. */
export const scenario: Scenario = {
  id: 'nothing-wrong',
  title: 'A short burst is over, and the alert comes late',
  alert: 'PostgresqlHighCpu',
  needs: {},
  expected: () => ({ cause: 'nothing-wrong', culprit: null, actions: [], guilty: [] }),
  async provoke({ shape: { names, size }, person }) {
    const table = pg.escapeIdentifier(names.busyTable);
    const windows = Array.from({ length: size.sessionsPerPod }, async () => {
      const client = await person({ role: names.person, application: names.terminal });
      await client.query(
        `select count(*), max(md5(note || n)) from ${table} cross join generate_series(1, 300) n`,
      );
    });
    await Promise.all(windows);
  },
};
