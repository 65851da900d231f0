import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { letOtherOwnTable, slowRead, startIdleReader, startMigration, startWeb } from '../stage/lock-cast.ts';
import { lockSymptom } from '../stage/measure.ts';

/** A schema change waits for a person's long read, and everybody who needs the table queues behind it. */
export const scenario: Scenario = {
  id: 'lock-queue',
  title: 'A schema change waits for a long read, and everybody else behind it',
  alert: 'BackendsWaiting',
  needs: {},
  expected: ({ names }) => ({
    cause: 'lock-queue',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.end-blockers'],
    guilty: [{ role: names.otherRole }],
  }),
  prepare: letOtherOwnTable,
  async provoke(stage) {
    const { names } = stage.shape;
    const reader = await stage.person({ role: names.person, application: names.terminal });
    reader.query(slowRead(names.busyTable)).catch(() => undefined);
    await startIdleReader(stage);
    await startMigration(stage);
    await startWeb(stage, `select amount from ${pg.escapeIdentifier(names.busyTable)} where id = {n}`);
  },
  symptom: lockSymptom,
};
