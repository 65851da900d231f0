import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openState } from '../../src/adapters/state/open-state.ts';
import type { State } from '../../src/ports/state.ts';
import { quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { makeAlert } from '../support/domain.ts';
import { stateConfig } from '../support/rig/state-config.ts';

let server: TestServer;
let state: State;
let url: string;

beforeAll(async () => {
  server = await startServer();
  url = await server.createDatabase();
  state = await openState({ url, logger: quiet, instance: 'test-alerts' });
  await state.alerts.store([makeAlert({ name: 'DiskFull\u001b[2J' })]);
  const settles = {
    alertId: 'ALERT-1',
    decision: 'ignored' as const,
    reason: 'No runbook.',
    incidentId: null,
  };
  await state.journal.append(
    'intake/ALERT-1',
    0,
    [{ type: 'alert.ignored', alert: makeAlert(), reason: 'No runbook.' }],
    {
      work: [],
      settles: [settles],
    },
  );
  await state.deadLetters.keep({ source: 'checks', reason: 'id: missing', body: '{"status":"firing"}' });
});
afterAll(async () => {
  await state.stop();
  await server.end();
});

/** Runs a command as the person of this account, who may do as `incident` says. */
function alerts(args: readonly string[], incident: readonly string[] = ['U0ANNA']) {
  const people = [{ person: 'U0ANNA', name: 'Anna', login: userInfo().username }];
  const { file, env } = stateConfig(url, { authority: { incident }, terminal: { people } });
  const { SUDO_USER: _, ...inherited } = process.env;
  return spawnSync(process.execPath, ['src/main.ts', 'alerts', ...args, '--config', file], {
    encoding: 'utf8',
    env: { ...inherited, ...env },
  });
}

test('lists and shows what led to nothing, for people and as JSON', { timeout: 120_000 }, () => {
  const listed = alerts(['list', '--dead']);
  expect(listed.stdout).toMatch(/LETTER-1.*not understood/s);
  expect(listed.stdout).toMatch(/ALERT-1.*DiskFull.*ignored/s);
  // Nothing of a sender moves the cursor of a terminal.
  expect(listed.stdout).not.toContain('\u001b[2J');
  const json = JSON.parse(alerts(['list', '--json']).stdout) as { alerts: unknown[]; letters: unknown[] };
  expect([json.alerts.length, json.letters.length]).toEqual([1, 1]);
  expect(alerts(['show', 'LETTER-1']).stdout).toContain('{"status":"firing"}');
  const missing = alerts(['show', 'ALERT-99']);
  expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('no-alert')]);
});

test('silences, ends and replays with the authority of who sits here', { timeout: 120_000 }, () => {
  const words = ['silence', 'database="orders-primary"', '--for', '2h', '--reason', 'reindexing'];
  expect(alerts(words, []).stderr).toContain('not-allowed');
  const done = alerts(words);
  expect(done.stdout).toMatch(/^SIL-\d+ until .*: database="orders-primary"/);
  const id = /^SIL-\d+/.exec(done.stdout)?.[0] ?? '';
  expect(alerts(['silences']).stdout).toContain('reindexing');
  expect(alerts(['unsilence', id]).stdout).toContain(`${id} is over`);
  expect(alerts(['silence', 'database', '--for', '2h', '--reason', 'x']).status).toBe(2);
  expect(alerts(['replay', 'ALERT-1', 'LETTER-1']).stdout).toMatch(
    /ALERT-1: Being decided on as ALERT-\d+\.\nLETTER-1: It still cannot be understood/,
  );
});
