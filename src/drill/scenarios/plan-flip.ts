import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import type { Shape } from '../shape.ts';
import { cpuSymptom } from '../stage/measure.ts';

/** So many executions before, each of milliseconds, that their average means something. */
const CALLS = 60;

/** A statement that an index makes fast: without it each of its rows costs a pass over the other table. */
function tablesOf({ names }: Shape) {
  const table = (suffix: string) => pg.escapeIdentifier(`${names.busyTable}_${suffix}`);
  const [heads, parts, index] = [table('heads'), table('parts'), table('parts_head')];
  return {
    heads,
    parts,
    index,
    statement: `select sum(n) from ${heads} h cross join lateral (select count(*) n from ${parts} p where p.head_id = h.id) c`,
  };
}

/** Somebody dropped an index that looked unused: a statement of a service that took milliseconds takes minutes. */
export const scenario: Scenario = {
  id: 'plan-flip',
  title: 'A statement of a service that was fast loses its index and is slow in every session',
  alert: 'PostgresqlHighCpu',
  needs: { settings: { shared_preload_libraries: 'pg_stat_statements', compute_query_id: 'on' } },
  expected: ({ names }) => ({
    cause: 'plan-flip',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['postgres.kill-queries'],
    guilty: [{ role: names.otherRole }],
  }),
  async prepare({ shape, sql }) {
    const { heads, parts, index, statement } = tablesOf(shape);
    await sql(`create extension if not exists pg_stat_statements;
      create table ${heads} as select id from generate_series(1, 12000) id;
      create table ${parts} as select g % 12000 head_id from generate_series(1, 60000) g;
      create index ${index} on ${parts} (head_id); analyze ${heads}; analyze ${parts};
      grant select on ${heads}, ${parts} to public`);
    for (let call = 0; call < CALLS; call += 1) await sql(statement);
  },
  async provoke({ shape, sql, deployment }) {
    const { index, statement } = tablesOf(shape);
    const { names, size } = shape;
    await sql(`drop index ${index}`);
    await deployment({
      namespace: names.services,
      name: names.other,
      pods: size.pods,
      program: {
        role: names.otherRole,
        application: names.other,
        sessions: size.sessionsPerPod,
        steps: [statement],
        // Each request comes once: a client whose statement was cancelled does not ask again.
        afterwards: 'hold',
        onError: 'hold',
        tags: { route: names.route },
      },
    });
  },
  symptom: cpuSymptom,
};
