import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { prepareFiller, replayed, replayLag, writeLog } from '../stage/replication-cast.ts';

const STAGING = 'staging';

/** A report reads on the replica what is then emptied on the primary; beside it somebody reads what nobody changes. */
export const scenario: Scenario = {
  id: 'replay-conflict',
  title: 'A report on the replica blocks replay there, beside a reader who does not',
  alert: 'PostgresqlReplicationLag',
  needs: { replica: { max_standby_streaming_delay: '10min', hot_standby_feedback: 'off' } },
  expected: ({ names }) => ({
    cause: 'replay-conflict',
    culprit: `CronJob ${names.batches}/${names.batch}`,
    actions: ['kubernetes.suspend-cronjob', 'postgres.cancel-on-replica', 'kubernetes.resume-cronjob'],
    guilty: [{ role: names.batchRole }],
    workloads: [`CronJob ${names.batches}/${names.batch}`],
    stays: [
      {
        setting: `CronJob ${names.batches}/${names.batch}`,
        why: 'it is resumed on an off-peak schedule, which was decided',
      },
    ],
  }),
  async prepare(stage) {
    await prepareFiller(stage);
    await stage.sql(`create table ${STAGING} as select n as id from generate_series(1, 1000) n;
      grant select on ${STAGING} to public`);
    await replayed(stage);
  },
  async provoke(stage) {
    const { names } = stage.shape;
    await stage.cronJob({
      namespace: names.batches,
      name: names.batch,
      pods: 1,
      program: {
        role: names.batchRole,
        application: names.batch,
        sessions: 1,
        steps: [`select pg_sleep(900), (select count(*) from ${STAGING})`],
        afterwards: 'end',
        onError: 'exit',
        server: 'replica',
      },
    });
    const reader = await stage.person({
      role: names.person,
      application: names.terminal,
      server: 'replica',
    });
    const innocent = reader.query(
      `select pg_sleep(900), (select count(*) from ${pg.escapeIdentifier(names.sideTable)})`,
    );
    innocent.catch(() => undefined);
    await stage.until('both read on the replica', async () => {
      const rows = await stage.sql(
        `select from pg_stat_activity where usename = any ($1) and state = 'active' and wait_event = 'PgSleep'`,
        [[names.batchRole, names.person]],
        'replica',
      );
      return rows.length >= 2;
    });
    await stage.sql(`truncate ${STAGING}`);
    await writeLog(stage, 30);
  },
  symptom: replayLag,
};
