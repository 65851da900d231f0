import pg from 'pg';
import type { StartDecoy } from './decoy.ts';

/** The run of another CronJob that merely works at the time, lightly. Its pods and the server's log are watched. */
export const cronjob: StartDecoy = async ({ shape: { names }, cronJob, sql, until }) => {
  const table = pg.escapeIdentifier(names.sideTable);
  await cronJob({
    namespace: names.batches,
    name: names.innocentBatch,
    program: {
      role: names.innocentBatchRole,
      application: names.innocentBatch,
      sessions: 2,
      steps: [`select max(note) from ${table} where id % 97 = {n}`, { pauseMs: 400 }],
      afterwards: 'repeat',
      onError: 'exit',
    },
  });
  await until('the innocent CronJob works', async () => {
    const rows = await sql('select from pg_stat_activity where usename = $1', [names.innocentBatchRole]);
    return rows.length > 0;
  });
  return null;
};
