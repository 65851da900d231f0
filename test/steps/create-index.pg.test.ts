import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlanner } from '../../src/adapters/postgres/gate/planner.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import { GatePolicy } from '../../src/domain/gate.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { createIndexAdvisor } from '../../src/gate/index-advisor.ts';
import { step as createIndex } from '../../src/steps/postgres/create-index.ts';
import { step as dropIndex } from '../../src/steps/postgres/drop-index.ts';
import type { StepContext } from '../../src/steps/step-kind.ts';
import { eventually, query } from '../adapters/embedded-postgres/support.ts';
import { usualMajors } from '../adapters/postgres/majors.ts';
import {
  type AppServer,
  connect,
  secret,
  signal,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { auditsOf } from '../audits/run-audits.ts';
import { realContext, takeStep } from '../support/take-step.ts';

const audits = (await loadAudits()).filter(({ id }) =>
  ['foreign-key-index', 'sequential-scans', 'invalid-index'].includes(id),
);

describe.each(usualMajors)('on PostgreSQL $major', ({ package: name }) => {
  let app: AppServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;
  beforeAll(async () => {
    app = await startAppServer(
      { shared_preload_libraries: 'pg_stat_statements' },
      name === undefined ? {} : { package: name },
    );
    await asSuperuser(
      `create extension pg_stat_statements; create role gate login; grant pg_read_all_data to gate;
       grant create on schema public to app`,
    );
    await query(
      app.url('app'),
      `create table customers (id int primary key);
       create table "Letters" (id int, customer int references customers, line text);
       insert into customers select generate_series(1, 500);
       insert into "Letters" select n, 1 + n % 500, 'x' from generate_series(1, 120000) n`,
    );
    await asSuperuser('analyze');
    databases = await startDatabases({ url: secret(app.url('bot')) });
  });
  afterAll(async () => {
    await databases.stop();
    await app[Symbol.asyncDispose]();
  });

  const asSuperuser = async (sql: string) => await query(app.server().url({ database: 'appdb' }), sql);
  const red = async () => {
    const { findings } = await auditsOf(databases, audits).run('shop', signal);
    return findings.map(({ audit }) => audit).sort();
  };
  const context = (more: Parameters<typeof realContext>[1] = {}): StepContext => {
    const ctx = realContext(databases, more);
    const planner = createPlanner({ database: 'shop', url: secret(app.url('gate')) });
    const gated = { planner, policy: GatePolicy.parse({}), replica: null };
    return { ...ctx, ports: { ...ctx.ports, advisor: createIndexAdvisor(new Map([['shop', gated]])) } };
  };
  const indexes = async () =>
    (
      await asSuperuser(`select c.relname || case when i.indisvalid then '' else ' invalid' end as name
       from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = '"Letters"'::regclass order by 1`)
    ).map((row) => row.name);

  test('is refused with the exact grant, built after it, proved by the audit, and dropped again', async () => {
    const refused = await createIndex.plan(context(), {}).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'database-permission' });
    const next = (refused as { situation: { next: { text: string }[] } }).situation.next.map(
      ({ text }) => text,
    );
    expect(next[0]).toContain('CREATE INDEX CONCURRENTLY IF NOT EXISTS "Letters_customer_idx"');
    await asSuperuser(next.at(-1) ?? '');

    expect(await red()).toContain('foreign-key-index');
    const built = await takeStep(createIndex, { ctx: context() });
    expect(await indexes()).toEqual(['Letters_customer_idx']);
    expect(await red()).not.toContain('foreign-key-index');
    await takeStep(dropIndex, { ctx: context({ earlier: [built] }) });
    expect(await indexes()).toEqual([]);
    expect(await red()).toContain('foreign-key-index');
    await asSuperuser('alter table "Letters" drop constraint "Letters_customer_fkey"');
  });

  test('the plan of a heavy statement names the index that its full scan lacks', async () => {
    await asSuperuser('select pg_stat_reset(); select pg_stat_statements_reset(); analyze');
    const client = await connect(app.url('app'), 'letters');
    for (let time = 0; time < 12; time += 1)
      await client.query('select count(*) from "Letters" where customer = $1', [7]);
    const { rows: before } = await client.query(`explain select count(*) from "Letters" where customer = 7`);
    expect(JSON.stringify(before)).toContain('Seq Scan');
    // Before 15 a session tells its last counts when it ends.
    await client.end();
    await expect.poll(red, { timeout: 15_000 }).toContain('sequential-scans');
    const select = (plan: Parameters<typeof proposedSelection>[0]) => ({
      ...proposedSelection(plan),
      targets: plan.targets.map(({ id }) => id),
    });
    const built = await takeStep(createIndex, { ctx: context(), select });
    expect(built.plan.targets.map(({ label, why }) => [label, why])).toEqual([
      ['public.Letters (customer)', expect.stringContaining('without the extension hypopg')],
    ]);
    const rows = await asSuperuser(`explain select count(*) from "Letters" where customer = 7`);
    expect(JSON.stringify(rows)).toContain('Letters_customer_idx');
    await asSuperuser('select pg_stat_reset(); analyze');
    await expect.poll(red, { timeout: 15_000 }).toEqual([]);
    await takeStep(dropIndex, { ctx: context({ earlier: [built] }) });
  });

  test('a build that a transaction holds up is refused, given up, cleaned up, and taken up after an abort', async () => {
    const params = { table: 'public.Letters', columns: ['id'], lockSeconds: 1, longTransactionSeconds: 1 };
    const plan = await createIndex.plan(context(), params);
    const selection = proposedSelection(plan);
    await using writer = await connect(app.url('app'), 'writer');
    await writer.query('begin');
    await writer.query(`insert into "Letters" values (0, 1, 'y')`);

    const given = await createIndex.execute(context(), plan, selection);
    expect(given.skipped[0]?.reason).toMatch(/^Not built: .*55P03/);
    expect(await createIndex.verify(context(), plan, selection, given)).toMatchObject({ status: 'failed' });
    await expect
      .poll(async () => (await createIndex.plan(context(), params)).nothingToDo)
      .toMatch(/^No index is built now.* transaction open/);

    const patient = await createIndex.plan(context(), {
      ...params,
      columns: ['line'],
      lockSeconds: 60,
      longTransactionSeconds: 600,
    });
    const chosen = proposedSelection(patient);
    const abort = new AbortController();
    const work = createIndex.execute({ ...context(), signal: abort.signal }, patient, chosen);
    const building = async () =>
      (
        await asSuperuser(
          `select 1 from pg_stat_activity where query ~ '^CREATE INDEX CONCURRENTLY' and state = 'active'`,
        )
      ).length;
    await eventually('the build waits', async () => (await building()) === 1);
    abort.abort(new Error('A person ended this step.'));
    await expect(work).rejects.toThrow('A person ended this step.');
    await eventually('the build is cancelled', async () => (await building()) === 0);
    await writer.query('rollback');

    expect(await createIndex.reconcile(context(), patient, chosen)).toEqual({ status: 'unfinished' });
    const invalid = async () => (await red()).filter((audit) => audit === 'invalid-index');
    expect(await invalid()).toHaveLength(2);
    await takeStep(dropIndex, { ctx: context() });
    expect(await invalid()).toEqual([]);
    await createIndex.execute(context(), patient, chosen);
    expect(await indexes()).toEqual(['Letters_line_idx']);
    expect(await createIndex.reconcile(context(), patient, chosen)).toMatchObject({ status: 'done' });
    await asSuperuser('drop index "Letters_line_idx"');
  });
});
