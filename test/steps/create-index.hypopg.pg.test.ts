import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createPlanner } from '../../src/adapters/postgres/gate/planner.ts';
import { GatePolicy } from '../../src/domain/gate.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { createIndexAdvisor } from '../../src/gate/index-advisor.ts';
import { step as createIndex } from '../../src/steps/postgres/create-index.ts';
import type { StepContext } from '../../src/steps/step-kind.ts';
import { eventually, query, temporaryDirectory } from '../adapters/embedded-postgres/support.ts';
import {
  type AppServer,
  connect,
  secret,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { debianPostgres, hypopgMajor } from '../support/debian-postgres.ts';
import { createWorld, type World } from '../support/ports.ts';
import { realContext } from '../support/take-step.ts';

const HEAVY = 'select count(*) from letters where customer = $1';
const Explained = z.object({
  'QUERY PLAN': z.tuple([z.object({ Plan: z.looseObject({ 'Total Cost': z.number() }) })]),
});

describe.skipIf(hypopgMajor === undefined)('on a server with hypopg', () => {
  const stack = new AsyncDisposableStack();
  let app: AppServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;

  beforeAll(async () => {
    const directory = stack.use(temporaryDirectory());
    app = stack.use(
      await startAppServer(
        { shared_preload_libraries: 'pg_stat_statements' },
        { package: debianPostgres(directory.path) },
      ),
    );
    await asSuperuser(
      `create extension pg_stat_statements; create role gate login; grant pg_read_all_data to gate;
       create schema tools; create extension hypopg schema tools; grant usage on schema tools to gate;
       grant create on schema public to app; grant app to bot`,
    );
    await query(
      app.url('app'),
      `create table letters as select n as id, n % 5000 as customer, 'x' as line from generate_series(1, 120000) n`,
    );
    await asSuperuser('vacuum analyze letters');
    await asSuperuser('select pg_stat_statements_reset()');
    await using client = await connect(app.url('app'), 'letters');
    for (let time = 0; time < 12; time += 1) await client.query(HEAVY, [7]);
    databases = stack.use(await startDatabases({ url: secret(app.url('bot')) }));
  }, 120_000);
  afterAll(async () => stack.disposeAsync());

  const asSuperuser = async (sql: string) => await query(app.server().url({ database: 'appdb' }), sql);
  const context = (world: World = createWorld()): StepContext => {
    const ctx = realContext(databases, { world });
    const planner = createPlanner({ database: 'shop', url: secret(app.url('gate')) });
    const gated = { planner, policy: GatePolicy.parse({}), replica: null };
    return { ...ctx, ports: { ...ctx.ports, advisor: createIndexAdvisor(new Map([['shop', gated]])) } };
  };
  const cost = async () => {
    const [row] = await asSuperuser('explain (format json) select count(*) from letters where customer = 7');
    return Explained.parse(row)['QUERY PLAN'][0].Plan['Total Cost'];
  };
  const indexes = async () =>
    await asSuperuser(
      `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
       where i.indrelid = 'letters'::regclass`,
    );
  const builders = async () =>
    await asSuperuser(
      `select pid from pg_stat_activity where query ~ '^CREATE INDEX CONCURRENTLY' and state = 'active'`,
    );

  test('the full scan of a heavy statement is measured: the card says its cost before and after', async () => {
    const before = await cost();
    const { targets } = await createIndex.plan(context(), {});
    const [target, ...more] = targets;
    expect(more).toEqual([]);
    // Ticked, as it is measured and not guessed.
    expect(target).toMatchObject({ label: 'public.letters (customer)', selected: true });
    const [, from, to] = /^.*hypopg: its cost falls from (\d+) to (\d+)\.$/.exec(target?.why ?? '') ?? [];
    expect(Math.abs(Number(from) - before)).toBeLessThan(1);
    expect(Number(to)).toBeLessThan(before / 10);
    // What exists only for the measurement is no index.
    expect(await indexes()).toEqual([]);
  });

  test('what an interrupted build leaves is dropped; built again it is watched, blocks no write, and costs as measured', {
    timeout: 120_000,
  }, async () => {
    const plan = await createIndex.plan(context(), {});
    const selection = proposedSelection(plan);
    await using writer = await connect(app.url('app'), 'writer');
    const holdUp = async () => {
      await writer.query('begin');
      await writer.query("insert into letters values (0, 1, 'y')");
    };

    await holdUp();
    const interrupted = createIndex.execute(context(), plan, selection);
    await eventually('the build waits, invalid so far', async () => (await indexes())[0]?.valid === false);
    await asSuperuser(
      `select pg_terminate_backend(pid) from pg_stat_activity where query ~ '^CREATE INDEX CONCURRENTLY'`,
    );
    await writer.query('rollback');
    const ended = await interrupted;
    expect(ended.done).toEqual([]);
    expect(ended.skipped[0]?.reason).toMatch(/^Not built: .*What it left was dropped\.$/);
    expect(await indexes()).toEqual([]);
    expect(await createIndex.verify(context(), plan, selection, ended)).toMatchObject({ status: 'failed' });

    const world = createWorld();
    await holdUp();
    const work = createIndex.execute(context(world), plan, selection);
    await eventually('the build waits', async () => (await builders()).length === 1);
    await query(app.url('app'), "insert into letters values (1, 2, 'not blocked')");
    await eventually('its progress is told', async () => world.progress.length > 0);
    expect(world.progress[0]?.text).toMatch(/^letters_customer_idx: waiting for/);
    await writer.query('commit');
    const built = await work;
    expect(built.done).toMatchObject([{ target: 'letters_customer_idx' }]);
    expect(await createIndex.verify(context(), plan, selection, built)).toMatchObject({ status: 'passed' });
    expect(await indexes()).toEqual([{ name: 'letters_customer_idx', valid: true }]);

    await asSuperuser('vacuum analyze letters');
    const promised = Number(/ to (\d+)\.$/.exec(plan.targets[0]?.why ?? '')?.[1]);
    const now = await cost();
    expect(now).toBeGreaterThan(promised / 3);
    expect(now).toBeLessThan(promised * 3);
  });
});
