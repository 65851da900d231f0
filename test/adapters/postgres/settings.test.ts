import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Setting, SettingChange } from '../../../src/domain/setting.ts';
import { query } from '../embedded-postgres/support.ts';
import { usualMajors } from './majors.ts';
import { type AppServer, connect, secret, signal, startAppServer, startDatabases } from './support.ts';

/** Hostile on purpose: quotes, a dollar quote, and what ends a comment. */
const ROLE = `o'hara "$fb$" */ x`;

describe.each(usualMajors)('on PostgreSQL $major', ({ major, package: name }) => {
  let app: AppServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;
  beforeAll(async () => {
    app = await startAppServer({}, name === undefined ? {} : { package: name });
    await query(
      app.server().url(),
      `create role "${ROLE.replaceAll('"', '""')}" login; create role valves login createrole;
       grant pg_monitor, pg_signal_backend to valves; grant app to valves;
       ${major >= 16 ? `grant "${ROLE.replaceAll('"', '""')}" to valves with admin option;` : ''}`,
    );
    databases = await startDatabases({ url: secret(app.url('valves')) });
  });
  afterAll(async () => {
    await databases.stop();
    await app[Symbol.asyncDispose]();
  });

  const read = async (setting: Setting) => await databases.readSetting('shop', setting, signal);
  const change = async (setting: Setting, to: string | null, more: Partial<SettingChange> = {}) => {
    const { serverStart, value } = await read(setting);
    return await databases.changeSetting('shop', { setting, serverStart, from: value, to, ...more }, signal);
  };
  const stored = async () =>
    await query(
      app.server().url(),
      `select setdatabase, setrole, setconfig from pg_db_role_setting order by 1, 2`,
    );

  const settings: [string, Setting, string, string][] = [
    ['a timeout of a role', { name: 'statement_timeout', role: ROLE, database: null }, '30s', '1min'],
    [
      'a timeout of a role in one database',
      { name: 'idle_in_transaction_session_timeout', role: ROLE, database: 'appdb' },
      '15s',
      '20000',
    ],
    ['a timeout of a database', { name: 'statement_timeout', role: null, database: 'appdb' }, '45s', '2min'],
    ['the limit of a role', { name: 'connection_limit', role: ROLE, database: null }, '5', '7'],
    ['the limit of a database', { name: 'connection_limit', role: null, database: 'appdb' }, '12', '14'],
  ];

  test.each(settings)(
    '%s is set, and taken back to exactly what was before',
    async (_what, setting, one, two) => {
      const before = await stored();
      expect(await read(setting)).toMatchObject({ found: true, value: null, allowed: true, grant: null });
      expect(await change(setting, one)).toBe('changed');
      expect((await read(setting)).value).toBe(one);
      expect(await change(setting, two)).toBe('changed');
      expect(await change(setting, one)).toBe('changed');
      expect((await read(setting)).value).toBe(one);
      expect(await change(setting, null)).toBe('changed');
      expect((await read(setting)).value).toBeNull();
      expect(await stored()).toEqual(before);
    },
  );

  test.each(settings)(
    '%s is not changed when somebody else did, nor on another server',
    async (_what, setting, one, two) => {
      expect(await change(setting, two, { from: one })).toBe('value-changed');
      expect(await change(setting, two, { serverStart: '2020-01-01 00:00:00+00' })).toBe('server-changed');
      expect((await read(setting)).value).toBeNull();
    },
  );

  test('a new session obeys it, and the text for people does the same', async () => {
    const setting: Setting = { name: 'statement_timeout', role: 'app', database: 'appdb' };
    const { serverStart } = await read(setting);
    const statements = databases.settingStatements({ setting, serverStart, from: null, to: '200ms' });
    expect(statements.plain).toBe(`ALTER ROLE "app" IN DATABASE "appdb" SET statement_timeout = '200ms';`);
    await query(app.server().url(), statements.guarded);
    await using client = await connect(app.url('app'));
    await expect(client.query('select pg_sleep(10)')).rejects.toMatchObject({ code: '57014' });
    await expect(query(app.server().url(), statements.guarded)).rejects.toThrow('value_changed');
    await query(app.server().url(), `alter role app in database appdb reset statement_timeout`);
  });

  test('a role that it may not change is told with what would allow it', async () => {
    const superuser = await read({ name: 'statement_timeout', role: 'firebreak', database: null });
    expect(superuser).toMatchObject({ superuser: true, allowed: false });
    const others: Setting = { name: 'statement_timeout', role: 'payments', database: null };
    const { allowed, grant, serverStart } = await read(others);
    // Before 16 CREATEROLE reaches every role that is no superuser.
    expect(allowed).toBe(major < 16);
    if (major >= 16) {
      const attempt = { setting: others, serverStart, from: null, to: '1s' };
      await expect(databases.changeSetting('shop', attempt, signal)).rejects.toMatchObject({
        code: 'database-permission',
      });
      await query(app.server().url(), grant ?? '');
      expect(await read(others)).toMatchObject({ allowed: true, grant: null });
    }
    await using weak = await startDatabases({ url: secret(app.url('bot')) });
    for (const setting of settings.map(([, one]) => one)) {
      expect(await weak.readSetting('shop', setting, signal)).toMatchObject({
        allowed: false,
        grant: expect.stringContaining('"bot"'),
      });
    }
    const none: Setting = { name: 'connection_limit', role: 'nobody_at_all', database: null };
    expect(await read(none)).toMatchObject({ found: false, allowed: false });
  });
});
