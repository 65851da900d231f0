import { describe, expect, it } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { createIndexText, dropIndexText, IndexSpec, indexName } from '../../src/domain/index-build.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { unquoted } from '../../src/domain/sql-name.ts';
import { step as createIndex } from '../../src/steps/postgres/create-index.ts';
import { step as dropIndex } from '../../src/steps/postgres/drop-index.ts';
import { Drifted } from '../../src/steps/step-kind.ts';
import { relationReadout } from '../support/audit-facts.ts';
import { session, snapshot } from '../support/fixtures.ts';
import { createWorld, fault, runStep, type World } from '../support/ports.ts';
import { site } from '../support/remedies-world.ts';

const NAME = 'letters_customer_idx';
const key = {
  constraint: 'letters_customer_fkey',
  table: 'public.letters',
  references: 'public.customers',
  columns: ['customer'],
  rows: 120_000,
};

/** A table of letters whose foreign key has no index. */
function letters(parts: Partial<ReturnType<typeof site>> = {}): World {
  const world = createWorld({ relations: relationReadout({ unindexedKeys: [key] }) });
  world.sites.set('public.letters', site('public', 'letters', parts));
  return world;
}
const index = (parts: object = {}) => ({
  oid: 77,
  schema: 'public',
  name: NAME,
  columns: ['customer'],
  valid: true,
  unique: false,
  partial: false,
  bytes: 8192,
  ...parts,
});
const indexesOf = (world: World) =>
  world.sites
    .get('public.letters')
    ?.indexes.map(({ name, valid }) => `${name} ${valid ? 'valid' : 'invalid'}`);
const planOf = async (world: World, params: object = {}) => await createIndex.plan(world.context(), params);

/** A plan for two indexes, of which the second is on another table. */
async function twoTables(world: World) {
  world.sites.set('public.parcels', site('public', 'parcels', {}));
  const other = { ...key, constraint: 'parcels_customer_fkey', table: 'public.parcels' };
  world.relations = relationReadout({ unindexedKeys: [key, other] });
  const ctx = world.context();
  const plan = await planOf(world);
  return { ctx, plan, selection: proposedSelection(plan) };
}

describe('the plan', () => {
  it('names a foreign key without an index, with its size, the exact statement and what it costs', async () => {
    const plan = await planOf(letters());
    expect(plan.targets).toHaveLength(1);
    expect(plan.targets[0]).toMatchObject({ label: 'public.letters (customer)', selected: true });
    expect(plan.targets[0]?.facts).toContainEqual({ name: 'Index size', value: 'about 2.5 MB' });
    expect(plan.commands[0]?.text).toBe(
      `SET ROLE "app"; SET lock_timeout = '30s'; SET statement_timeout = 0;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS "${NAME}" ON "public"."letters" ("customer");`,
    );
    expect(plan.warnings.join(' ')).toContain('Plans were not looked at: orders has no gate role');
  });

  it('takes what the plans of the heaviest statements lack, ticked only where it was measured', async () => {
    const world = letters();
    world.relations = relationReadout();
    const [measured, guessed] = ['select 1 from letters where id = $1', 'select 2'];
    world.heavyStatements = [measured, guessed].map((text) => ({
      text: text ?? '',
      calls: 40,
      totalMs: 90_000,
    }));
    const table = 'public.letters';
    world.advice = new Map([
      [
        measured ?? '',
        [{ table, columns: ['id'], measured: { costBefore: 9000, costAfter: 12, bytes: 3e6 } }],
      ],
      [guessed ?? '', [{ table, columns: ['note'], measured: null }]],
    ]);
    const plan = await planOf(world);
    expect(plan.targets.map(({ label, selected }) => [label, selected])).toEqual([
      ['public.letters (id)', true],
      ['public.letters (note)', false],
    ]);
    expect(plan.targets[0]?.why).toContain('40 times so far, 1m30s in all');
    expect(plan.targets[0]?.facts).toContainEqual({ name: 'Cost', value: '9000 → 12 (hypopg)' });
    expect(plan.targets[1]?.why).toContain('without the extension hypopg that is not measured');
  });

  const obstacles: [string, Partial<ReturnType<typeof site>>, RegExp][] = [
    [
      'an index that begins with the columns',
      { indexes: [index({ name: 'x', columns: ['customer', 'id'] })] },
      /Index x begins with these columns already/,
    ],
    [
      'another build on the table',
      { building: [{ pid: 9, index: 'y', phase: 'building index', share: 0.5 }] },
      /Another index is built on it now \(pid 9/,
    ],
    ['a partitioned table', { ordinary: false }, /partitioned/],
    ['a column that is gone', { columns: [] }, /no column customer/],
  ];
  it.each(obstacles)('leaves out %s', async (_what, parts, reason) => {
    const plan = await planOf(letters(parts));
    expect(plan.targets).toEqual([]);
    expect(plan.nothingToDo).toMatch(reason);
  });

  it('does not count what does not serve: partial, invalid, or in another order', async () => {
    const others = [{ partial: true }, { valid: false }, { columns: ['id', 'customer'] }];
    for (const parts of others)
      expect((await planOf(letters({ indexes: [index({ name: 'z', ...parts })] }))).targets).toHaveLength(1);
  });

  it('refuses while a long transaction or a prepared one of the same database would hold it up', async () => {
    const world = letters();
    const old = session(4711, { age: 600, user: 'reporting' });
    world.snapshot = snapshot({ sessions: [{ ...old, database: 'stock' }] });
    expect((await planOf(world)).nothingToDo).toBeNull();
    world.snapshot = snapshot({ sessions: [old] });
    expect((await planOf(world)).nothingToDo).toContain(
      'pid 4711 (reporting, report-generator) has a transaction open for 10m00s',
    );
    const prepared = {
      gid: 'tx-1',
      transactionId: '7',
      owner: 'app',
      database: 'orders',
      seconds: 900,
      relations: [],
    };
    world.snapshot = snapshot({ prepared: [prepared] });
    expect((await planOf(world)).nothingToDo).toContain('Prepared transaction tx-1 is open for 15m00s');
  });

  it('refuses with the exact grant where Firebreak may not act as the owner', async () => {
    const world = letters({ allowed: false, grant: 'GRANT "app" TO "firebreak";' });
    const error = await planOf(world).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FirebreakError);
    expect((error as FirebreakError).code).toBe('database-permission');
    expect((error as FirebreakError).situation?.next.map(({ text }) => text)).toEqual([
      `CREATE INDEX CONCURRENTLY IF NOT EXISTS "${NAME}" ON "public"."letters" ("customer");`,
      'GRANT "app" TO "firebreak";',
    ]);
  });

  it('finds another name where its own is taken', async () => {
    const plan = await planOf(letters({ indexes: [index({ columns: ['note'] })] }));
    expect(IndexSpec.parse(plan.targets[0]?.identity).name).toBe('letters_customer_idx1');
  });
});

describe('the build', () => {
  it('is refused by the re-check when a long transaction began or the table was replaced meanwhile', async () => {
    const world = letters();
    const plan = await planOf(world);
    const recheck = async () => await createIndex.recheck(world.context(), plan, proposedSelection(plan));
    expect(await recheck()).toEqual([]);
    world.snapshot = snapshot({ sessions: [session(4711, { age: 600 })] });
    expect((await recheck()).join()).toContain('pid 4711');
    world.snapshot = snapshot();
    world.sites.set('public.letters', site('public', 'letters', { oid: 1 }));
    expect((await recheck()).join()).toContain('another table of the same name');
    await expect(createIndex.execute(world.context(), plan, proposedSelection(plan))).rejects.toThrow(
      Drifted,
    );
    expect(world.changes).toEqual([]);
  });

  it('drops what a failed build leaves, says why, and fails the proof', async () => {
    const world = letters();
    world.builds.set(NAME, 'leaves-invalid');
    const { outcome, verdict } = await runStep(world, createIndex);
    expect(outcome.skipped[0]?.reason).toBe('Not built: The build did not end. What it left was dropped.');
    expect(indexesOf(world)).toEqual([]);
    expect(verdict.status).toBe('failed');
  });

  it('keeps on record what was built before the database went away', async () => {
    const world = letters();
    const { plan, ctx, selection } = await twoTables(world);
    const whole = ctx.ports.databases;
    const databases = {
      ...whole,
      indexSite: async (...request: Parameters<typeof whole.indexSite>) => {
        if (request[1] === 'public.parcels') throw fault('database-unreachable', 'No answer.');
        return await whole.indexSite(...request);
      },
    };
    const outcome = await createIndex.execute(
      { ...ctx, ports: { ...ctx.ports, databases } },
      plan,
      selection,
    );
    expect(outcome.data).toMatchObject({ built: [{ name: NAME }] });
    expect(outcome.skipped).toEqual([
      { target: 'parcels_customer_idx', reason: 'Not known whether it was built: No answer.' },
    ]);
  });

  it('is found done when only its answer was lost', async () => {
    const world = letters();
    world.builds.set(NAME, 'answer-lost');
    const { outcome, verdict } = await runStep(world, createIndex);
    expect(outcome.done[0]?.detail).toContain('its answer was lost');
    expect(verdict.status).toBe('passed');
    expect(world.changes).toEqual([`build index ${NAME}`]);
  });

  it('after a crash waits for a build that goes on, and builds a broken one anew', async () => {
    const world = letters();
    const plan = await planOf(world);
    const selection = proposedSelection(plan);
    const running = [{ pid: 9, index: NAME, phase: 'building index: scanning table', share: 0.4 }];
    world.sites.set('public.letters', site('public', 'letters', { building: running }));
    world.onTick = (seconds) => {
      if (seconds < 10) return;
      world.sites.set('public.letters', site('public', 'letters', { indexes: [index({ valid: false })] }));
    };
    expect(await createIndex.reconcile(world.context(), plan, selection)).toEqual({ status: 'unfinished' });
    expect(world.progress.at(-1)?.text).toBe(`${NAME}: building index: scanning table, 40 %`);
    world.onTick = () => {};
    await createIndex.execute(world.context(), plan, selection);
    expect(world.changes).toEqual([dropIndexText({ schema: 'public', name: NAME }), `build index ${NAME}`]);
    expect(indexesOf(world)).toEqual([`${NAME} valid`]);
  });
});

describe('postgres.drop-index', () => {
  it('drops what this run has built, and nothing else', async () => {
    const world = letters({ indexes: [index({ oid: 1, name: 'older', columns: ['id'] })] });
    const built = await runStep(world, createIndex);
    expect((await dropIndex.plan(world.context([built]), { built: false })).targets).toEqual([]);
    const dropped = await runStep(world, dropIndex, { earlier: [built] });
    expect(dropped.verdict.status).toBe('passed');
    expect(indexesOf(world)).toEqual(['older valid']);
    expect((await dropIndex.plan(world.context(), {})).nothingToDo).toBe(
      'This run has built no index, and none is invalid.',
    );
  });

  it('leaves one alone that has another number by now', async () => {
    const world = letters();
    const built = await runStep(world, createIndex);
    const plan = await dropIndex.plan(world.context([built]), {});
    world.sites.set('public.letters', site('public', 'letters', { indexes: [index({ oid: 9 })] }));
    expect((await dropIndex.recheck(world.context(), plan, proposedSelection(plan))).join()).toContain(
      'is gone',
    );
    expect(await dropIndex.reconcile(world.context(), plan, proposedSelection(plan))).toMatchObject({
      status: 'done',
    });
  });
});

it('names and statements hold whatever a table is called', () => {
  const long = indexName('ä'.repeat(60), ['b']);
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(63);
  expect(long).toMatch(/_idx$/);
  const spec = {
    schema: 'a"b',
    table: 'T',
    name: 'n',
    columns: ['x"; drop table t; --'],
    tableOid: 1,
    owner: 'o',
    serverStart: '',
  };
  expect(createIndexText(spec)).toBe(
    `CREATE INDEX CONCURRENTLY IF NOT EXISTS "n" ON "a""b"."T" ("x""; drop table t; --")`,
  );
  expect([unquoted('"a""b"'), unquoted('plain')]).toEqual(['a"b', 'plain']);
});
