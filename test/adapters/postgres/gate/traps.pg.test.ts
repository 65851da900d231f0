import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlanner } from '../../../../src/adapters/postgres/gate/planner.ts';
import { GatePolicy } from '../../../../src/domain/gate.ts';
import { calibrate } from '../../../../src/gate/estimate.ts';
import { judge } from '../../../../src/gate/judge.ts';
import type { ExplainableStatement, PlanningSession } from '../../../../src/ports/gate.ts';
import { query } from '../../embedded-postgres/support.ts';
import { usualMajors } from '../majors.ts';
import { type AppServer, connect, run, secret, signal, startAppServer } from '../support.ts';

/** The oldest and the newest major that are installed. */

describe.each(usualMajors)(
  'PostgreSQL $major: nothing that the gate is given is executed',
  ({ package: name }) => {
    let app: AppServer;
    let session: PlanningSession;
    const planner = () => createPlanner({ database: 'shop', url: secret(app.url('gate')) });

    beforeAll(async () => {
      app = await startAppServer({}, name === undefined ? {} : { package: name });
      await query(app.server().url(), 'create role gate login; grant pg_read_all_data to gate');
      await query(app.server().url(), 'create role writer login; grant pg_read_all_data to writer');
      await query(
        app.url('app'),
        `create table orders as select n as id, n % 100 as customer_id from generate_series(1, 1000) n;
       create table trace (what text);
       create function slow() returns int stable language plpgsql as 'begin perform pg_sleep(5); return 1; end';
       create function note() returns int immutable language plpgsql as
         $$begin insert into trace values ('ran while planning'); return 1; end$$;
       create function quit(pid int) returns boolean immutable language plpgsql as
         'begin return pg_cancel_backend(pid); end';
       create function owned(pid int) returns boolean immutable security definer language plpgsql as
         'begin return pg_cancel_backend(pid); end';
       grant update on orders to writer;`,
      );
      await query(app.server().url({ database: 'appdb' }), 'analyze orders');
      session = await planner().open(signal);
    });
    afterAll(async () => {
      await session[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    });

    /** What the server says, without the gate's own look at the text: the second wall alone. */
    async function raw(text: string, more: Partial<ExplainableStatement> = {}) {
      const answer = await session.plan({ text, parameters: 0, functions: [], ...more });
      return answer.status === 'planned' ? 'planned' : answer.why;
    }
    const counted = async () =>
      await query(
        app.url('app'),
        'select count(*)::int as orders, (select count(*)::int from trace) as trace from orders',
      );
    const untouched = async () => expect(await counted()).toEqual([{ orders: 1000, trace: 0 }]);
    const verdictOn = async (sql: string) =>
      await judge(
        { database: 'shop', sql, place: 'primary', policy: GatePolicy.parse({}), calibration: calibrate([]) },
        planner(),
        signal,
      );

    test('a second statement behind a semicolon', async () => {
      expect(await raw('select 1; delete from orders')).toContain('42601');
      expect(await raw('select 1; delete from orders', { parameters: 1 })).toContain('42601');
      await untouched();
    });

    test('ANALYZE smuggled behind the prefix', async () => {
      for (const text of [
        'ANALYZE delete from orders',
        'ANALYZE select note()',
        '(ANALYZE) delete from orders',
      ])
        expect(await raw(text)).toContain('42601');
      await untouched();
    });

    test('statements that do something, past the look at the text', async () => {
      for (const text of [
        'drop table orders',
        'do $$begin delete from orders; end$$',
        'call nothing()',
        'copy orders to stdout',
        'vacuum orders',
        'set default_transaction_read_only = off',
        'begin',
      ])
        expect(await raw(text), text).toContain('42601');
      // The grammar of EXPLAIN takes these; they are planned and not done.
      await raw('create table copied as select * from orders');
      await raw('declare c cursor for select * from orders');
      expect(await query(app.url('app'), "select to_regclass('copied') as made")).toEqual([{ made: null }]);
      await untouched();
    });

    test('a stable function that runs while planning is stopped after a second', async () => {
      const started = performance.now();
      const { verdict, reasons } = await verdictOn('select * from orders where id = slow()');
      expect(verdict).toBe('deny');
      expect(reasons).toEqual([expect.stringContaining('longer than a second')]);
      expect(performance.now() - started).toBeLessThan(4_500);
    });

    test('an immutable function that writes does not get to', async () => {
      expect((await verdictOn('select * from orders where id = note()')).reasons).toEqual([
        expect.stringContaining('may try to write'),
      ]);
      await untouched();
    });

    test('an immutable function around pg_cancel_backend reaches nobody, also one that borrows rights', async () => {
      await using victim = await connect(app.url('app'), 'victim');
      const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
      const end = run(victim, 'select pg_sleep(2)');
      const pid = rows[0]?.pid ?? 0;
      // The wall of the role: a plan is not made, and nobody is hit.
      expect((await verdictOn(`select * from orders where quit(${pid})`)).reasons).toEqual([
        expect.stringContaining("the gate's role gets"),
      ]);
      expect((await verdictOn(`select * from orders where owned(${pid})`)).reasons).toEqual([
        expect.stringContaining('SECURITY DEFINER'),
      ]);
      expect(await end).toBe('completed');
    });

    test('volatile functions are not run', async () => {
      const { verdict } = await verdictOn('select pg_sleep(30), pg_terminate_backend(1) from orders');
      expect(verdict).toBe('allow');
    });

    test('what the role may not do has no plan, and what it may is planned and not done', async () => {
      expect((await verdictOn('update orders set id = 0')).reasons).toEqual([
        expect.stringContaining('permission denied for table orders'),
      ]);
      await using writer = await createPlanner({ database: 'shop', url: secret(app.url('writer')) }).open(
        signal,
      );
      expect(writer.warnings).toEqual([expect.stringContaining('may write, such as to orders')]);
      const planned = await writer.plan({ text: 'update orders set id = 0', parameters: 0, functions: [] });
      expect(planned.status).toBe('planned');
      expect(await query(app.url('app'), 'select count(*)::int as n from orders where id = 0')).toEqual([
        { n: 0 },
      ]);
    });

    test('a locked table is not waited for', async () => {
      await using holder = await connect(app.url('app'), 'holder');
      await holder.query('begin; lock table orders');
      const started = performance.now();
      expect((await verdictOn('select * from orders')).reasons).toEqual([
        expect.stringContaining('is locked'),
      ]);
      expect(performance.now() - started).toBeLessThan(3_000);
    });

    test('placeholders are planned for any values', async () => {
      const answer = await verdictOn('select * from orders where customer_id = $1 and id > $2');
      expect(answer).toMatchObject({ verdict: 'allow', statements: { explained: 1, unjudged: 0 } });
      expect((await verdictOn('select $1 + $2')).reasons).not.toEqual([]);
      // Nothing stays prepared: the next one is prepared under the same name.
      expect(await raw('select * from orders where id = $1', { parameters: 1 })).toBe('planned');
      expect(await raw('select * from orders where id = $1::bigint', { parameters: 1 })).toBe('planned');
      await untouched();
    });

    test('a text that the server has cut off is refused', async () => {
      const sql = `select * from orders where id in (${Array.from({ length: 400 }, (_, n) => n).join(',')}`;
      const cut = `${sql.slice(0, 1022)})`;
      const ask = async (fromActivity: boolean) =>
        await judge(
          {
            database: 'shop',
            sql: cut,
            place: 'primary',
            policy: GatePolicy.parse({}),
            calibration: calibrate([]),
            fromActivity,
          },
          planner(),
          signal,
        );
      expect(cut.length).toBe(1023);
      expect((await ask(true)).reasons).toEqual([
        expect.stringContaining('cut off by track_activity_query_size'),
      ]);
      expect((await ask(false)).verdict).toBe('allow');
    });

    test.each([
      ['a superuser', 'alter role harmful superuser', 'it is a superuser'],
      ['a role that signals', 'grant pg_signal_backend to harmful', 'it is a member of pg_signal_backend'],
      [
        'a role that can become a superuser',
        'create role boss superuser; grant boss to harmful',
        'superuser boss',
      ],
    ])('%s is refused', async (_what, grant, why) => {
      await query(app.server().url(), 'create role harmful login');
      try {
        await query(app.server().url(), grant);
        const opening = createPlanner({ database: 'shop', url: secret(app.url('harmful')) }).open(signal);
        await expect(opening).rejects.toMatchObject({
          code: 'gate-role',
          message: expect.stringContaining(why) as string,
        });
      } finally {
        await query(app.server().url(), 'drop role if exists boss, harmful');
      }
    });
  },
);
