import { describe, expect, test } from 'vitest';
import { loadAudits } from '../../src/audits/registry.ts';
import { step as capture } from '../../src/steps/postgres/capture-changes.ts';
import { step as remove } from '../../src/steps/postgres/remove-capture.ts';
import { eventually, query } from '../adapters/embedded-postgres/support.ts';
import { usualMajors } from '../adapters/postgres/majors.ts';
import { secret, signal, startAppServer, startDatabases } from '../adapters/postgres/support.ts';
import { auditsOf } from '../audits/run-audits.ts';
import { realContext, takeStep } from '../support/take-step.ts';

const WATCHED = ['change-capture', 'slot-retention', 'slot-limit', 'replica-identity'];
const audits = (await loadAudits()).filter(({ id }) => WATCHED.includes(id));
const TABLES = `create table customers (id int primary key, name text); create table orders (id int primary key, customer int)`;

describe.each(usualMajors)('on PostgreSQL $major', ({ package: name }) => {
  const version = name === undefined ? {} : { package: name };

  test('a real subscriber gets every row, the audits watch the slot, and removal leaves nothing', {
    timeout: 120_000,
  }, async () => {
    await using primary = await startAppServer(
      { wal_level: 'logical', max_replication_slots: 6, max_wal_senders: 6 },
      version,
    );
    await using analytics = await startAppServer({}, version);
    const onPrimary = async (sql: string) => await query(primary.server().url({ database: 'appdb' }), sql);
    const onAnalytics = async (sql: string) =>
      await query(analytics.server().url({ database: 'appdb' }), sql);
    await onPrimary(
      `grant create on schema public to app; create role replicator login replication; grant pg_read_all_data to replicator`,
    );
    await query(
      primary.url('app'),
      `${TABLES}; create table log (line text); insert into customers select n, 'x' from generate_series(1, 500) n`,
    );
    await onAnalytics(TABLES);
    await using databases = await startDatabases({ url: secret(primary.url('bot')) });
    const context = (more: Parameters<typeof realContext>[1] = {}) => realContext(databases, more);
    const red = async () =>
      (await auditsOf(databases, audits).run('shop', signal)).findings.map(({ audit }) => audit).sort();

    expect((await capture.plan(context(), {})).nothingToDo).toContain('Nothing limits what slots keep');
    await onPrimary(`alter system set max_slot_wal_keep_size = '1GB'`);
    await onPrimary('select pg_reload_conf()');
    await eventually(
      'the limit',
      async () => (await onPrimary('show max_slot_wal_keep_size'))[0]?.max_slot_wal_keep_size === '1GB',
    );

    const refused = await capture.plan(context(), {}).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'database-permission' });
    const next = (refused as { situation: { next: { label: string; text: string }[] } }).situation.next;
    const grants = next.filter(({ label }) => label.startsWith('so that Firebreak')).map(({ text }) => text);
    expect(grants).toHaveLength(2);
    for (const grant of grants) await onPrimary(grant);

    expect(await red()).toEqual(['change-capture']);
    const made = await takeStep(capture, { ctx: context() });
    expect(made.plan.targets.map(({ id }) => id).sort()).toEqual(['public.customers', 'public.orders']);
    expect(made.plan.excluded).toEqual([
      { label: 'public.log', reason: expect.stringContaining('REPLICA IDENTITY FULL') },
    ]);
    expect(made.verdict?.evidence).toContain('read by nobody yet');
    // Until somebody subscribes the slot keeps log for nobody, and the audit says so.
    expect(await red()).toEqual(['slot-retention']);

    const subscribe =
      made.plan.commands.find(({ text }) => text.startsWith('CREATE SUBSCRIPTION'))?.text ?? '';
    const { hostname, port } = new URL(primary.url('app'));
    await onAnalytics(
      subscribe.replace('host=<primary>', `host=${hostname} port=${port}`).replace('<role>', 'replicator'),
    );
    const rows = async (table: string) =>
      Number((await onAnalytics(`select count(*) from ${table}`))[0]?.count);
    await eventually('the first copy', async () => (await rows('customers')) === 500, 40_000);
    await query(
      primary.url('app'),
      `insert into orders values (1, 7); update customers set name = 'y' where id = 7`,
    );
    await eventually('the changes', async () => {
      const [customer] = await onAnalytics('select name from customers where id = 7');
      return (await rows('orders')) === 1 && customer?.name === 'y';
    });
    await expect.poll(red, { timeout: 15_000 }).toEqual([]);
    expect((await capture.plan(context(), {})).nothingToDo).toContain('exists already');

    const earlier = [made];
    const inUse = await remove.plan(context({ earlier }), {});
    expect(inUse.targets).toEqual([]);
    expect(inUse.nothingToDo).toContain('DROP SUBSCRIPTION "analytics"');
    // The subscriber goes away without its slot, as one that died does.
    await onAnalytics('alter subscription analytics disable');
    await onAnalytics('alter subscription analytics set (slot_name = none)');
    await onAnalytics('drop subscription analytics');
    await eventually(
      'the slot is free',
      async () => (await remove.plan(context({ earlier }), {})).targets.length === 2,
    );
    await takeStep(remove, { ctx: context({ earlier }) });
    expect(
      await onPrimary(
        'select slot_name as left from pg_replication_slots union all select pubname from pg_publication',
      ),
    ).toEqual([]);
    expect((await remove.plan(context({ earlier }), {})).nothingToDo).toBe('Nothing of it is left.');
    expect(await red()).toEqual(['change-capture']);
  });
});
