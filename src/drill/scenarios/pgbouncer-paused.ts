import type { Scenario } from '../scenario.ts';
import { poolSymptom } from '../stage/measure.ts';

/** Somebody paused the database in PgBouncer for maintenance, and forgot it. */
export const scenario: Scenario = {
  id: 'pgbouncer-paused',
  title: 'PgBouncer was paused and never resumed; everybody waits in front of an idle database',
  alert: 'PGBouncerHighClientWaitTime',
  needs: { pgbouncer: true },
  expected: () => ({
    cause: 'pgbouncer-paused',
    culprit: null,
    actions: ['pgbouncer.resume'],
    guilty: [],
  }),
  async provoke({ shape: { names, size }, deployment, pgbouncer, until }) {
    const waiting = async (column: string) => {
      const pools = (await pgbouncer?.console('SHOW POOLS')) ?? [];
      return pools
        .filter(({ database }) => database === names.database)
        .reduce((sum, pool) => sum + Number(pool[column]), 0);
    };
    await deployment({
      namespace: names.services,
      name: `${names.service}-web`,
      program: {
        role: `${names.serviceRole}_web`,
        application: `${names.service}-web`,
        sessions: size.waiters,
        steps: ['select {n}', { pauseMs: 200 }],
        afterwards: 'repeat',
        onError: 'reconnect',
      },
    });
    await until('the service works through PgBouncer', async () => (await waiting('cl_active')) > 0);
    await pgbouncer?.console(`PAUSE ${names.database}`);
  },
  symptom: poolSymptom,
};
