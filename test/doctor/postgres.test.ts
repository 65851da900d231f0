import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { grantsSql } from '../../src/grants/postgres.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { usualMajors } from '../adapters/postgres/majors.ts';
import { type AppServer, secret, startAppServer, startDatabases } from '../adapters/postgres/support.ts';
import { checksThatAre, examine, resultOf, signal } from './support.ts';

/** One statement at a time, as psql sends what is pasted into it. */
async function asSuperuser(app: AppServer, sql: string): Promise<void> {
  const statements = sql
    .split(/;\n|;$/)
    .filter((one) => one.trim() !== '' && !one.trim().startsWith('-- start'));
  for (const statement of statements) await query(app.server().url({ database: 'appdb' }), statement);
}

async function look(app: AppServer, role = 'poor') {
  await using databases = await startDatabases({ url: secret(app.url(role)) });
  return await examine({
    kind: 'postgres',
    name: 'shop, primary',
    read: async () => await databases.access('shop', 'primary', signal),
  });
}

describe.each(usualMajors)(
  'with a role without any right on PostgreSQL $major',
  ({ major, package: name }) => {
    let app: AppServer;
    beforeEach(async () => {
      app = await startAppServer({}, name === undefined ? {} : { package: name });
      await query(
        app.server().url(),
        'create role poor login connection limit 4; revoke connect on database postgres from public',
      );
    });
    afterEach(async () => app[Symbol.asyncDispose]());

    test('each missing grant is told with a remedy, and running exactly that remedy mends it', async () => {
      const before = await look(app);

      expect(before.ok).toBe(false);
      expect(checksThatAre(before, 'missing')).toEqual([
        'postgres/pg-monitor',
        'postgres/pg-signal-backend',
        'postgres/query-text',
      ]);
      const advised = [
        'postgres/connect-aside',
        'postgres/query-statistics',
        ...(major >= 16 ? ['postgres/reserved-role'] : []),
        'postgres/reserved-slots',
        'postgres/role-limit',
      ];
      // Without pg_monitor nobody can see which libraries are loaded.
      expect(checksThatAre(before, 'advice')).toEqual(advised);
      for (const { check, status, remedy } of before.results) {
        if (status !== 'missing' && status !== 'advice') continue;
        if (check === 'postgres/query-statistics') continue;
        for (const { text } of remedy?.commands ?? []) await asSuperuser(app, text);
        expect([check, resultOf(await look(app), check).status]).toEqual([check, 'ok']);
      }
      expect((await look(app)).ok).toBe(true);
    });

    test('grants.sql as it is written gives everything that is needed', async () => {
      await query(app.server().url({ database: 'appdb' }), grantsSql({ role: 'poor', databases: ['appdb'] }));

      const report = await look(app);

      expect(report.ok).toBe(true);
      expect(checksThatAre(report, 'advice')).toEqual([
        'postgres/query-statistics',
        'postgres/reserved-slots',
        'postgres/role-limit',
      ]);
    });

    test('pg_stat_statements is loaded and created as its remedy says', async () => {
      await query(app.server().url(), grantsSql({ role: 'poor', databases: ['appdb'] }));
      const { remedy, found } = resultOf(await look(app), 'postgres/query-statistics');
      expect(found).toBe('It is not in shared_preload_libraries.');
      const [load = '', create = ''] = (remedy?.commands[0]?.text ?? '').split(
        '-- start the server anew, then:\n',
      );
      await asSuperuser(app, load);
      await app.restart(async () => undefined);
      await asSuperuser(app, create);

      expect(resultOf(await look(app), 'postgres/query-statistics').status).toBe('ok');
    });
  },
);

describe('on one server', () => {
  let app: AppServer;
  beforeAll(async () => {
    app = await startAppServer();
  });
  afterAll(async () => app[Symbol.asyncDispose]());

  test('a membership that is not inherited is told apart from one that is missing', async () => {
    await query(
      app.server().url(),
      'create role stiff login; grant pg_monitor, pg_signal_backend to stiff with inherit false',
    );

    const before = resultOf(await look(app, 'stiff'), 'postgres/pg-signal-backend');

    expect(before).toMatchObject({
      status: 'missing',
      found: 'stiff is a member of pg_signal_backend, and does not inherit its rights.',
    });
    for (const { text } of before.remedy?.commands ?? []) await asSuperuser(app, text);
    expect(resultOf(await look(app, 'stiff'), 'postgres/pg-signal-backend').status).toBe('ok');
  });

  test('a superuser is told to be more than what is needed, and less is enough', async () => {
    await query(app.server().url(), 'create role mighty superuser login');

    const before = await look(app, 'mighty');

    expect(before.ok).toBe(true);
    const { status, remedy } = resultOf(before, 'postgres/least-privilege');
    expect(status).toBe('advice');
    for (const { text } of remedy?.commands ?? []) await asSuperuser(app, text);
    const after = await look(app, 'mighty');
    expect(after.ok).toBe(true);
    expect(resultOf(after, 'postgres/least-privilege').status).toBe('ok');
  });

  test('a replication connection of the last resort is tried', async () => {
    await query(app.server().url(), 'create role glass login replication');
    const tryWith = async (user: string) => {
      await using databases = await startDatabases({
        url: secret(app.url('bot')),
        breakGlassUrl: secret(app.url(user)),
      });
      return resultOf(
        await examine({
          kind: 'postgres',
          name: 'shop, primary',
          read: async () => await databases.access('shop', 'primary', signal),
        }),
        'postgres/break-glass',
      );
    };

    expect(await tryWith('glass')).toMatchObject({ status: 'ok' });
    expect(await tryWith('app')).toMatchObject({ status: 'missing' });
  });

  test('a server that is down is one line with what to do, and not twenty', async () => {
    await using databases = await startDatabases({ url: secret(app.url('bot')) });
    await app.server().stop();

    const { ok, results } = await examine({
      kind: 'postgres',
      name: 'shop, primary',
      read: async () => await databases.access('shop', 'primary', signal),
    });

    expect(ok).toBe(false);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      check: 'postgres/connection',
      status: 'missing',
      found: expect.stringMatching(/cannot be reached.*other checks were not made\./),
      remedy: { text: expect.stringContaining('Check that the server runs') },
    });
  });
});
