import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAudits } from '../../src/audits/registry.ts';
import { step as restore } from '../../src/steps/postgres/restore-setting.ts';
import { step as setLimits } from '../../src/steps/postgres/set-limits.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
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
import { createWorld } from '../support/ports.ts';
import { realContext, takeStep } from '../support/take-step.ts';

const AUDITS = [
  'statement-timeout',
  'lock-timeout',
  'idle-in-transaction-timeout',
  'transaction-timeout',
  'temp-file-limit',
  'role-connection-limit',
  'connection-limits-sum',
];
const audits = (await loadAudits()).filter(({ id }) => AUDITS.includes(id));

describe.each(usualMajors)('on PostgreSQL $major', ({ major, package: name }) => {
  let app: AppServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;
  beforeAll(async () => {
    app = await startAppServer(
      { shared_preload_libraries: 'pg_stat_statements' },
      name === undefined ? {} : { package: name },
    );
    const admin = major >= 16 ? 'with admin true, inherit false, set false' : '';
    await query(
      app.server().url({ database: 'appdb' }),
      `create extension pg_stat_statements; create role nightly_report login; drop role nobody_special;
       alter role bot createrole; alter role bot connection limit 4; alter role app connection limit 15; alter database appdb owner to bot;
       alter role payments set temp_file_limit = '1GB';
       ${major >= 16 ? `grant app to bot ${admin}; grant nightly_report to bot ${admin};` : ''}
       ${major >= 15 ? 'grant set on parameter temp_file_limit to bot;' : ''}`,
    );
    databases = await startDatabases({ url: secret(app.url('bot')) });
  });
  afterAll(async () => {
    await databases.stop();
    await app[Symbol.asyncDispose]();
  });

  const stored = async () =>
    await query(
      app.server().url(),
      `select (select json_agg(s order by setdatabase, setrole) from pg_db_role_setting s) as settings,
              (select json_agg(json_build_array(rolname, rolconnlimit) order by rolname) from pg_roles) as limits,
              (select json_agg(json_build_array(datname, datconnlimit) order by datname) from pg_database) as databases`,
    );
  const red = async () => {
    const { findings } = await auditsOf(databases, audits).run('shop', signal);
    return [...new Set(findings.map(({ audit, subject }) => `${audit}: ${subject}`))].sort();
  };

  test('every audit of limits is green afterwards, the values bind, and the way back leaves no trace', async () => {
    const world = createWorld();
    world.guard = { ...world.guard, protectedRoles: ['payments'] };
    await using slow = await connect(app.url('nightly_report'), 'nightly');
    await slow.query('select pg_sleep(0.2)');
    const before = await stored();
    const found = await red();
    expect(found).toContain('statement-timeout: role nightly_report');
    expect(found).toContain('connection-limits-sum: server of database appdb');

    const params = { applicationSeconds: 1, lockSeconds: 1, temporaryFiles: '1MB', batchSeconds: 4 };
    const set = await takeStep(setLimits, { ctx: realContext(databases, { world }), params });
    // A protected role is left alone: the audits say so, and no more.
    const left = (await red()).filter((one) => !one.endsWith('role payments'));
    expect(left).toEqual(major >= 15 ? [] : ['temp-file-limit: server of database appdb']);

    await using client = await connect(app.url('app'), 'after');
    await expect(client.query('select pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });
    if (major >= 15)
      await expect(
        client.query(
          `set work_mem = '64kB'; select count(*) from (select n from generate_series(1, 400000) n order by random()) s`,
        ),
      ).rejects.toMatchObject({ code: '53400' });
    const again = await setLimits.plan(realContext(databases, { world }), params);
    expect(again.targets).toEqual([]);

    await takeStep(restore, { ctx: realContext(databases, { earlier: [set], world }) });
    expect(await stored()).toEqual(before);
    expect(await red()).toEqual(found);
  });
});
