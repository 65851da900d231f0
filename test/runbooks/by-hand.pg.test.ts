import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { installedMajors } from '../adapters/postgres/majors.ts';
import { type AppServer, connect, startAppServer } from '../adapters/postgres/support.ts';

const runbooks = await loadRunbooks(SHIPPED_RUNBOOKS, await loadStepKinds());

/** What a person would fill in for `<name>` and `$name`. */
const FILLED_IN: readonly (readonly [RegExp, string])[] = [
  [/'<(backend_start|query_start|xact_start)>'/g, "'2024-11-15 14:23:00+00'"],
  [/'<role>'/g, "'bot'"],
  [/'<address of PgBouncer>'/g, "'127.0.0.1'"],
  [/'<[^>]+>'/g, "'1'"],
  [/<(pid|remote_pid|number|client_port)>/g, '1'],
  [/<[^>]+>/g, 'bot'],
];

/** The statements of a text that PostgreSQL can plan without doing them: they read, or call what signals. */
function statements(byHand: string): string[] {
  return [...byHand.matchAll(/^ *((?:SELECT|WITH)\b[^;]*);/gm)].map(([, statement = '']) =>
    FILLED_IN.reduce((text, [from, to]) => text.replaceAll(from, to), statement),
  );
}

const found = [...runbooks.values()].flatMap(({ id, steps }) =>
  steps.flatMap((step) => statements(step.byHand).map((sql) => ({ where: `${id}, ${step.id}`, sql }))),
);

// The oldest and the newest: whoever works by hand has no Firebreak that knows the differences.
const [oldest] = installedMajors;
const newest = installedMajors.at(-1);

describe.each([oldest, newest].flatMap((major) => major ?? []))(
  'by hand on PostgreSQL $major',
  ({ package: name }) => {
    let app: AppServer;
    beforeAll(async () => {
      app = await startAppServer({}, name === undefined ? {} : { package: name });
    });
    afterAll(() => app[Symbol.asyncDispose]());

    it('there are statements in every runbook', () => {
      const told = new Set(found.map(({ where }) => where.split(',')[0]));
      expect(told).toEqual(new Set(runbooks.keys()));
    });

    it.each(found)('$where: $sql', async ({ sql }) => {
      const client = await connect(app.server().url({ database: 'appdb' }));
      try {
        await expect(client.query(`explain ${sql}`)).resolves.toBeDefined();
      } finally {
        await client.end();
      }
    });
  },
);
