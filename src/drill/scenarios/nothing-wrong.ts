import pg from 'pg';
import type { Scenario } from '../scenario.ts';

/** Age from which the runbook offers a statement that is at no root, for a person to choose; seconds. */
const OFFERED = 30;

/**
 * It was over before anybody looked: a short burst, and an alert that comes late. Meanwhile a migration has worked for
 * so long that its statement is offered; nothing proposes to end it, and nobody should.
 */
export const scenario: Scenario = {
  id: 'nothing-wrong',
  title: 'A short burst is over, and the alert comes late',
  alert: 'PostgresqlHighCpu',
  needs: {},
  expected: () => ({ cause: 'nothing-wrong', culprit: null, actions: [], guilty: [] }),
  async provoke({ shape: { names, size }, person, sql, until }) {
    const table = pg.escapeIdentifier(names.busyTable);
    const windows = Array.from({ length: size.sessionsPerPod }, async () => {
      const client = await person({ role: names.person, application: names.terminal });
      await client.query(
        `select count(*), max(md5(note || n)) from ${table} cross join generate_series(1, 300) n`,
      );
    });
    await Promise.all(windows);
    await until(
      `the migration has worked for ${OFFERED} s`,
      async () => {
        const rows = await sql(
          `select from pg_stat_activity where usename = $1 and state = 'active' and query_start < now() - interval '${OFFERED} seconds'`,
          [names.migrator],
        );
        return rows.length > 0;
      },
      (OFFERED + 10) * 1000,
    );
  },
};
