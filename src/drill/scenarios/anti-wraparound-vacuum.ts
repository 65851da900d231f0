import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { letOtherOwnTable, startIdleReader, startMigration, startWeb } from '../stage/lock-cast.ts';
import { lockSymptom } from '../stage/measure.ts';

/** The least age at which PostgreSQL can be told to freeze a table; some more transactions than that are used up. */
const FREEZE_AGE = 100_000;
/** Rows of about 1.5 kB that make the table big enough for a vacuum of minutes, at 0.1 to 0.4 s for each page. */
const WIDE_ROWS = 5_000;

/** Autovacuum prevents wraparound on the busy table, slowly; a schema change waits for it, and everybody behind that. */
export const scenario: Scenario = {
  id: 'anti-wraparound-vacuum',
  title: 'A schema change waits for the autovacuum that prevents wraparound',
  alert: 'BackendsWaiting',
  needs: { settings: { autovacuum: true, autovacuum_naptime: '1s' }, symptomWithinMs: 60_000 },
  expected: ({ names }) => ({
    cause: 'anti-wraparound-vacuum',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.end-blockers'],
    guilty: [{ role: names.otherRole }],
  }),
  async prepare(stage) {
    await letOtherOwnTable(stage);
    const table = pg.escapeIdentifier(stage.shape.names.busyTable);
    await stage.sql(
      `insert into ${table} select 1000000 + n, 0, repeat(md5(n::text), 45) from generate_series(1, ${WIDE_ROWS}) n`,
    );
    // Switched off for this table, autovacuum still prevents wraparound, and does nothing else with it before.
    await stage.sql(
      `alter table ${table} set (autovacuum_enabled = false, autovacuum_freeze_max_age = ${FREEZE_AGE}, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`,
    );
    await stage.sql('set synchronous_commit = off');
    await stage.sql(
      `do $$ begin for i in 1..${FREEZE_AGE * 1.01} loop perform pg_current_xact_id(); commit; end loop; end $$`,
    );
    await stage.sql('reset synchronous_commit');
  },
  async provoke(stage) {
    const { names } = stage.shape;
    await startIdleReader(stage);
    await stage.until(
      'autovacuum prevents wraparound',
      async () => {
        const rows = await stage.sql(
          "select from pg_stat_activity a join pg_stat_progress_vacuum using (pid) where a.query like 'autovacuum: VACUUM %public.' || $1 || ' (to prevent wraparound)'",
          [names.busyTable],
        );
        return rows.length > 0;
      },
      90_000,
    );
    await startMigration(stage);
    await startWeb(stage, `select amount from ${pg.escapeIdentifier(names.busyTable)} where id = {n}`);
  },
  symptom: lockSymptom,
};
