import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Judgement } from '../../src/drill/judge/judge.ts';
import { runScenarios } from '../../src/drill/run-scenarios.ts';
import type { Scenario } from '../../src/drill/scenario.ts';
import { shapes } from '../../src/drill/shape.ts';

/** The first look is before the alert; the second one, after the incident, is when somebody does harm. */
function harmful(doHarm: NonNullable<Scenario['prepare']>): Scenario {
  let looks = 0;
  return {
    id: 'harmful',
    title: 'Nothing is wrong, and innocents are harmed all the same',
    alert: 'PostgresqlHighCpu',
    needs: { replica: true, holdsMs: 0 },
    expected: () => ({ cause: 'nothing-wrong', culprit: null, actions: [], guilty: [] }),
    provoke: async () => undefined,
    async symptom(stage) {
      looks += 1;
      if (looks === 1) return 'somebody says so';
      await doHarm(stage);
      return null;
    },
  };
}

test('each innocent signalled, workload touched and setting left behind is counted once', {
  timeout: 300_000,
}, async () => {
  const [shape] = shapes;
  if (shape === undefined) return expect.fail('there is no shape');
  const { names } = shape;
  const scenario = harmful(async ({ sql, cluster, until }) => {
    await sql(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename in ('dumper', 'backup')`,
    );
    await sql('select pg_cancel_backend(pid) from pg_stat_activity where usename = $1', [names.migrator]);
    await sql(`alter role ${names.serviceRole} set statement_timeout = '1s'`);
    await sql(`alter role ${names.serviceRole} connection limit 3`);
    await sql('select pg_wal_replay_pause()', [], 'replica');
    const jobs = `/apis/batch/v1/namespaces/${names.batches}/cronjobs/${names.innocentBatch}`;
    await cluster.patch(jobs, { spec: { suspend: true } });
    await until('the migration is cancelled', async () => {
      const rows = await sql(`select from pg_stat_activity where usename = $1 and state = 'active'`, [
        names.migrator,
      ]);
      return rows.length === 0;
    });
  });
  const judged: Judgement[] = [];
  const score = await runScenarios({
    scenarios: [scenario],
    shapes: [shape],
    logger: pino({ level: 'fatal' }),
    say: () => undefined,
    slackPort: 0,
    open: false,
    responder: { thinkMs: 50 },
    patienceMs: 120_000,
    judged: async (judgement) => void judged.push(judgement),
    signal: new AbortController().signal,
  });
  const harm = judged.flatMap((judgement) => judgement.harm).sort();
  expect(harm).toEqual([
    expect.stringMatching(/^Changed: CronJob analytics\/newsletter-counts suspend was false, is true/),
    expect.stringMatching(/^Changed: replay on the replica was goes on, is paused/),
    expect.stringMatching(/^Changed: role order_service connection limit was -1, is 3/),
    expect.stringMatching(/^Changed: setting of role order_service .*statement_timeout was not there/),
    expect.stringMatching(/^Innocent signalled: pid \d+, Flyway.*canceling statement/),
    expect.stringMatching(/^Innocent signalled: pid \d+, pg_basebackup.*terminating/),
    expect.stringMatching(/^Innocent signalled: pid \d+, pg_dump.*terminating/),
  ]);
  expect(judged[0]?.problems).toEqual(expect.arrayContaining(harm));
  expect(score).toEqual({ scenarios: 1, causeRight: 1, culpritRight: 1, actionRight: 1, harm: 7 });
});
