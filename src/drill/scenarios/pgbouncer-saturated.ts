import type { Scenario } from '../scenario.ts';
import { poolSymptom } from '../stage/measure.ts';

const POOL_SIZE = 4;

/** One service leaves its transactions open and so holds every connection of the pool; the database has nothing to do. */
export const scenario: Scenario = {
  id: 'pgbouncer-saturated',
  title: 'A service holds the pool of PgBouncer idle in transaction, and another one waits',
  alert: 'PgBouncerClientsWaiting',
  needs: { pgbouncer: { default_pool_size: POOL_SIZE } },
  expected: ({ names }) => ({
    cause: 'pgbouncer-saturated',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.kill-queries'],
    guilty: [{ role: names.otherRole, application: names.other }],
  }),
  async provoke({ shape: { names, size }, deployment, until, sql }) {
    const service = (name: string) => ({ namespace: names.services, name });
    await deployment({
      ...service(names.other),
      program: {
        role: names.otherRole,
        application: names.other,
        sessions: POOL_SIZE,
        steps: ['begin', 'select {n}'],
        afterwards: 'hold',
        onError: 'hold',
      },
    });
    await until('the pool is held', async () => {
      const [row] = await sql<{ held: number }>(
        "select count(*)::int as held from pg_stat_activity where usename = $1 and state = 'idle in transaction'",
        [names.otherRole],
      );
      return row?.held === POOL_SIZE;
    });
    await deployment({
      ...service(`${names.service}-web`),
      program: {
        role: names.otherRole,
        application: `${names.service}-web`,
        sessions: size.waiters,
        steps: ['select {n}', { pauseMs: 300 }],
        afterwards: 'repeat',
        onError: 'reconnect',
      },
    });
  },
  symptom: poolSymptom,
};
