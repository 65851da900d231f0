import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { query } from '../adapters/embedded-postgres/support.ts';
import { type AppServer, startAppServer } from '../adapters/postgres/support.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { runWhereNeverRun } from './never-run.ts';

let app: AppServer;
const directory = temporaryDirectory();
const ratchet = join(directory, 'audits.json');
beforeAll(async () => {
  app = await startAppServer();
  await asSuperuser('grant pg_read_all_stats to app');
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const asSuperuser = async (sql: string) => query(app.server().url({ database: 'appdb' }), sql);

const audit = (...args: string[]) => runWhereNeverRun(directory, app.url('bot'), ['audit', ...args]);

test('a pipeline fails on findings, with a ratchet only on what is new, and the ratchet gets shorter', {
  timeout: 120_000,
}, async () => {
  const plain = audit('--json');
  expect(plain.stderr).toBe('');
  expect(plain.status).toBe(1);
  const [report] = JSON.parse(plain.stdout).reports;
  const subjects = report.findings.map(
    ({ audit: id, subject }: Record<string, string>) => `${id}: ${subject}`,
  );
  expect(subjects).toContain('statement-timeout: role app');

  const none = audit('--ratchet', ratchet);
  expect(none.status).toBe(1);
  expect(none.stderr).toContain('--tighten');

  expect(audit('--ratchet', ratchet, '--tighten').status).toBe(0);
  const accepted = (): string[] => JSON.parse(readFileSync(ratchet, 'utf8')).accepted['orders-primary'];
  expect(accepted()).toContain('statement-timeout: role app');
  expect(audit('--ratchet', ratchet).status).toBe(0);

  await asSuperuser('create role newcomer login');
  await asSuperuser(`alter role app set statement_timeout = '30s'`);
  const worse = audit('--ratchet', ratchet, '--tighten');
  expect(worse.status).toBe(1);
  expect(worse.stderr).toContain('statement-timeout: role newcomer');
  expect(accepted()).not.toContain('statement-timeout: role app');
  expect(accepted().join()).not.toContain('newcomer');
});

test('it was called wrong: a name that is not configured, and --tighten alone', { timeout: 60_000 }, () => {
  const unknown = audit('orders-secondary');
  expect(unknown.stderr).toContain('Use one of: orders-primary.');
  expect(audit('--tighten').status).toBe(2);
});
