import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { letOtherOwnTable, startIdleReader, startMigration, startWeb } from '../stage/lock-cast.ts';
import { lockSymptom } from '../stage/measure.ts';

/**
 * A transaction manager prepared a transaction and never ended it. It has no session, so that nobody can kill it; a schema
 * change waits for it, and that one can be cancelled.
 */
export const scenario: Scenario = {
  id: 'prepared-transaction',
  title: 'A prepared transaction was never ended, and a schema change queues behind it',
  alert: 'BackendsWaiting',
  needs: { settings: { max_prepared_transactions: 5 } },
  expected: ({ names }) => ({
    cause: 'prepared-transaction',
    culprit: `role ${names.batchRole}`,
    actions: ['postgres.end-blockers'],
    guilty: [{ role: names.otherRole }],
  }),
  prepare: letOtherOwnTable,
  async provoke(stage) {
    const { names } = stage.shape;
    const table = pg.escapeIdentifier(names.busyTable);
    await startIdleReader(stage);
    const manager = await stage.person({ role: names.batchRole, application: names.batch, direct: true });
    await manager.query('begin');
    await manager.query(`update ${table} set amount = amount + 1 where id = 2`);
    await manager.query(`prepare transaction ${pg.escapeLiteral(names.prepared)}`);
    await manager.end();
    await startMigration(stage);
    await startWeb(stage, `select amount from ${table} where id = {n}`);
  },
  symptom: lockSymptom,
};
