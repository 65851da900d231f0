import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAudits } from '../../src/audits/registry.ts';
import type { Finding } from '../../src/domain/audit.ts';
import type { Audits } from '../../src/ports/audits.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { installedMajors } from '../adapters/postgres/majors.ts';
import {
  type AppServer,
  connect,
  secret,
  signal,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { madeBad, madeBadByTime } from './made-bad.ts';
import { auditsOf } from './run-audits.ts';
import { withReplica } from './with-replica.ts';

const audits = await loadAudits();

test('every audit of PostgreSQL and of replication is made bad here', () => {
  const wanted = audits.filter(({ system }) => system === 'postgres' || system === 'replication');
  expect([...Object.keys(madeBad), ...madeBadByTime, ...withReplica].sort()).toEqual(
    wanted.map(({ id }) => id).sort(),
  );
});

describe.each(installedMajors)('on PostgreSQL $major', ({ major, package: name }) => {
  let app: AppServer;
  let databases: Awaited<ReturnType<typeof startDatabases>>;
  let running: Audits;
  const asSuperuser = async (text: string) => {
    for (const one of text.split(/;\n/)) await query(app.server().url({ database: 'appdb' }), one);
  };
  const findingsOf = async (audit: string): Promise<Finding[]> => {
    const { findings, notChecked } = await running.run('shop', signal);
    expect(notChecked.filter(({ because }) => because === 'unreadable')).toEqual([]);
    return findings.filter((finding) => finding.audit === audit);
  };

  beforeAll(async () => {
    app = await startAppServer(
      { max_prepared_transactions: 2, max_replication_slots: 5 },
      name === undefined ? {} : { package: name },
    );
    await asSuperuser(`
      create table orders (id int, customer_id int, created_at timestamptz default now());
      insert into orders select n, n % 500 from generate_series(1, 120000) n;
      create role owner_of_nothing login superuser;
      grant pg_read_all_stats to app;
      analyze`);
    databases = await startDatabases({ url: secret(app.url('bot')), replicas: [] });
    running = auditsOf(databases, audits);
  });
  afterAll(async () => {
    await databases.stop();
    await app[Symbol.asyncDispose]();
  });

  const scenes = Object.entries(madeBad).filter(([, { since = 14 }]) => major >= since);
  test.each(scenes)('%s: red when it is bad, green after its remedy', async (audit, scene) => {
    await using stack = new AsyncDisposableStack();
    if (scene.bad !== undefined) await asSuperuser(scene.bad);
    for (const application of scene.sessions ?? []) {
      const [user = '', ...rest] = application.split(' ');
      const client = stack.use(await connect(app.url(user), rest.join(' ')));
      await client.query('select 1');
    }
    if (scene.meanwhile !== undefined) {
      const client = stack.use(await connect(app.url('app'), 'meanwhile'));
      for (const one of scene.meanwhile.split(/;\n/)) await client.query(one);
    }
    const mine = async () => (await findingsOf(audit)).filter(({ subject }) => scene.subject.test(subject));
    await expect.poll(mine, { message: `a finding about ${scene.subject}` }).not.toEqual([]);
    const found = await mine();
    for (const { remedy, evidence } of found) {
      expect(evidence).toMatch(scene.evidence ?? /\w/);
      for (const { language, text, label } of remedy.commands) {
        if (language !== 'sql' || (scene.skip !== undefined && label.includes(scene.skip))) continue;
        const sql = Object.entries(scene.fill ?? {}).reduce(
          (all, [hole, value]) => all.replaceAll(hole, value),
          text,
        );
        expect(sql).not.toMatch(/<[a-z]/);
        await asSuperuser(sql);
      }
    }
    if (scene.after !== undefined) await asSuperuser(scene.after);
    if (scene.leaves === true) await stack.disposeAsync();
    if (scene.restart === true) {
      await app.restart(async () => {});
      await expect
        .poll(
          async () =>
            findingsOf(audit).then(
              () => true,
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true);
    }
    if (scene.afterRestart !== undefined) await asSuperuser(scene.afterRestart);
    await expect.poll(mine).toEqual([]);
    if (scene.cleanup !== undefined) await asSuperuser(scene.cleanup);
  });
});
