import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAudits } from '../../src/audits/registry.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import {
  type AppServer,
  secret,
  signal,
  startAppServer,
  startDatabases,
} from '../adapters/postgres/support.ts';
import { auditsOf } from '../audits/run-audits.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { runWhereNeverRun } from './never-run.ts';

let app: AppServer;
let databases: Awaited<ReturnType<typeof startDatabases>>;
const directory = temporaryDirectory();
const remedies = join(directory, 'remedies');
beforeAll(async () => {
  app = await startAppServer();
  await asSuperuser('grant pg_read_all_stats to app; create role nightly_report login');
  databases = await startDatabases({ url: secret(app.url('bot')) });
});
afterAll(async () => {
  await databases.stop();
  await app[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const asSuperuser = async (sql: string) => query(app.server().url({ database: 'appdb' }), sql);

const prevent = (...args: string[]) => runWhereNeverRun(directory, app.url('bot'), ['prevent', ...args]);

const stored = async () =>
  await query(
    app.server().url(),
    `select (select json_agg(s order by setdatabase, setrole) from pg_db_role_setting s) as settings,
            (select json_agg(json_build_array(rolname, rolconnlimit) order by rolname) from pg_roles) as limits`,
  );

async function red(): Promise<string[]> {
  const limits = [
    'statement-timeout',
    'idle-in-transaction-timeout',
    'lock-timeout',
    'role-connection-limit',
  ];
  const audits = (await loadAudits()).filter(({ id }) => limits.includes(id));
  const { findings } = await auditsOf(databases, audits).run('shop', signal, new Date());
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ audit, subject }) => `${audit}: ${subject}`);
}

test('the files hold the remedies: nothing is changed until somebody applies them, and then the audits are green', {
  timeout: 120_000,
}, async () => {
  const before = await stored();
  expect(await red()).toContain('statement-timeout: role nightly_report');

  const made = prevent('orders-primary', '--output', 'patch', '--to', remedies, '--json');
  // The role of Firebreak may change none of it, which whoever applies the files need not care about.
  expect(made.status).toBe(0);
  const written = JSON.parse(made.stdout);
  expect(written).toMatchObject({ database: 'orders-primary', directory: remedies });
  const limits = written.steps.find(({ step }: { step: string }) => step === 'limits');
  expect(limits.files).toHaveLength(1);
  expect(await stored()).toEqual(before);

  const file = join(remedies, limits.files[0]);
  const sql = readFileSync(file, 'utf8');
  expect(sql).toMatch(/^-- Made by firebreak prevent orders-primary/);
  await asSuperuser(sql);
  expect(await red()).toEqual([]);

  const undo = sql.slice(sql.indexOf('-- To undo it:')).split('\n').slice(1);
  await asSuperuser(undo.map((line) => line.replace(/^-- /, '')).join('\n'));
  expect(await stored()).toEqual(before);
});

test('its own files are written anew, those of others are not; it was called wrong', {
  timeout: 120_000,
}, () => {
  const foreign = join(directory, 'foreign');
  const first = prevent('orders-primary', '--output', 'patch', '--to', foreign, '--json');
  const [name] = JSON.parse(first.stdout).steps.flatMap(({ files }: { files: string[] }) => files);
  writeFileSync(join(foreign, name), 'SELECT 1;\n');
  const refused = prevent('orders-primary', '--output', 'patch', '--to', foreign);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('Firebreak did not write it');
  expect(readFileSync(join(foreign, name), 'utf8')).toBe('SELECT 1;\n');

  expect(prevent('--output', 'patch').status).toBe(2);
  expect(prevent('orders-primary', '--output', 'pdf').status).toBe(2);
  expect(prevent('orders-primary').stderr).toContain('firebreak prevent asks questions');
});
