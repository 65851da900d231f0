import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGateAccess } from '../../src/adapters/postgres/gate/access.ts';
import { createPlanner } from '../../src/adapters/postgres/gate/planner.ts';
import { grantsSql } from '../../src/grants/postgres.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { usualMajors } from '../adapters/postgres/majors.ts';
import { type AppServer, secret, startAppServer } from '../adapters/postgres/support.ts';
import { examine, resultOf, signal } from './support.ts';

describe.each(usualMajors)('the role of the cost gate on PostgreSQL $major', ({ major, package: name }) => {
  let app: AppServer;
  beforeAll(async () => {
    app = await startAppServer({}, name === undefined ? {} : { package: name });
    await superuser(
      'create schema "Odd"; create table "Odd".orders (id int); create table payments (id int)',
    );
    await superuser(grantsSql({ role: 'firebreak', databases: ['appdb'], gate: 'gate' }));
  });
  afterAll(async () => app[Symbol.asyncDispose]());

  const superuser = async (sql: string) => await query(app.server().url({ database: 'appdb' }), sql);
  const place = (role: string) => ({ database: 'shop', url: secret(app.url(role)) });
  const look = async (role: string) =>
    await examine({
      kind: 'gate',
      name: 'cost gate of shop',
      read: async () => await readGateAccess(place(role), signal),
    });
  /** Runs what the doctor prints for a check. */
  async function mend(role: string, check: string): Promise<void> {
    for (const { text } of resultOf(await look(role), check).remedy?.commands ?? []) await superuser(text);
  }

  test('grants.sql makes one with which everything is well, and which the gate takes', async () => {
    expect((await look('gate')).results.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'gate/connection ok',
      'gate/no-harm ok',
      'gate/read-only ok',
      'gate/reads ok',
    ]);
    await using session = await createPlanner(place('gate')).open(signal);
    expect(session.warnings).toEqual([]);
    const plan = { text: 'select * from "Odd".orders', parameters: 0, functions: [] };
    expect((await session.plan(plan)).status).toBe('planned');
  });

  test('whatever the gate refuses is told, and running exactly the remedy mends it', async () => {
    await superuser(`create role "odd""gate" login createrole replication;
      grant pg_read_all_data to "odd""gate";
      create role ops; grant pg_signal_backend, pg_write_server_files to ops; grant ops to "odd""gate";
      create role boss superuser; grant boss to "odd""gate"`);
    if (major >= 16)
      await superuser(`create role lead createrole; grant pg_execute_server_program to lead with admin true;
        grant pg_execute_server_program to "odd""gate" granted by lead`);

    const told = resultOf(await look('odd"gate'), 'gate/no-harm');

    expect(told.status).toBe('missing');
    for (const what of [
      'it has CREATEROLE, it has REPLICATION',
      'pg_signal_backend through ops',
      'the superuser boss',
    ])
      expect(told.found).toContain(what);
    await expect(createPlanner(place('odd"gate')).open(signal)).rejects.toMatchObject({ code: 'gate-role' });
    await mend('odd"gate', 'gate/no-harm');
    expect(resultOf(await look('odd"gate'), 'gate/no-harm').status).toBe('ok');
    await using session = await createPlanner(place('odd"gate')).open(signal);
    expect(session.warnings).toEqual([]);
  });

  test('of a superuser only what was granted to it is named', async () => {
    await superuser('create role great login superuser');
    const { found, remedy } = resultOf(await look('great'), 'gate/no-harm');
    expect(found).toBe('great may do too much: it is a superuser.');
    expect(remedy?.commands[0]?.text).toBe('ALTER ROLE "great" NOSUPERUSER;');
  });

  test('a table that it may write is advice, whoever the right was granted to', async () => {
    await superuser(`create role writer login; grant pg_read_all_data to writer;
      create role everyone; grant everyone to writer;
      grant update on "Odd".orders to writer; grant delete on "Odd".orders to everyone;
      grant insert on payments to public`);

    const report = await look('writer');

    expect(report.ok).toBe(true);
    const told = resultOf(report, 'gate/read-only');
    expect(told).toMatchObject({ status: 'advice', found: 'writer may write "Odd".orders, payments.' });
    expect(told.remedy?.text).toContain('The right is that of everyone, PUBLIC');
    await mend('writer', 'gate/read-only');
    expect(resultOf(await look('writer'), 'gate/read-only').status).toBe('ok');
  });

  test('a role that reads nothing is given what is missing', async () => {
    await superuser('create role blind login');
    expect(resultOf(await look('blind'), 'gate/reads')).toMatchObject({ status: 'advice' });
    await mend('blind', 'gate/reads');
    expect(resultOf(await look('blind'), 'gate/reads').status).toBe('ok');
  });

  test('a role that is not there is one line', async () => {
    const { results } = await look('nobody_at_all');
    expect(results.map(({ check, status }) => `${check} ${status}`)).toEqual(['gate/connection missing']);
  });
});
