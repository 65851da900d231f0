import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { openState } from '../../src/adapters/state/open-state.ts';
import type { State } from '../../src/ports/state.ts';
import { incidentRow, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { story } from '../postmortem/story.ts';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';

let server: TestServer;
let state: State;
let url: string;

beforeAll(async () => {
  server = await startServer();
  url = await server.createDatabase();
  state = await openState({ url, logger: quiet, instance: 'test-cli' });
  const events = story().map(({ event }) => event);
  const incident = incidentRow('INC-1', { database: 'orders-primary', status: 'closed' });
  await state.journal.append('INC-1', 0, events, { work: [], incident });
});
afterAll(async () => {
  await state.stop();
  await server.end();
});

/** Runs a command beside whoever uses the state, as an operator would. */
function firebreak(...args: string[]) {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const config = join(directory, 'firebreak.yml');
  writeFileSync(
    config,
    stringify({
      slack: { channel: 'C0INCIDENTS' },
      http: { host: '127.0.0.1', port: 0 },
      alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'ORDERS_URL' } }] },
      state: { url: { env: 'STATE_URL' } },
      databases: [{ name: 'orders-primary', url: { env: 'ORDERS_URL' } }],
      authority: {},
    }),
  );
  const secrets = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    STATE_URL: url,
    ORDERS_URL: 'postgres://orders.invalid/orders',
  };
  return spawnSync(process.execPath, ['src/main.ts', ...args, '--config', config], {
    encoding: 'utf8',
    env: { ...process.env, ...secrets },
  });
}

test('the post-mortem, the timeline and the list are told from the journal', { timeout: 120_000 }, () => {
  const written = firebreak('postmortem', 'INC-1', '--time-zone', 'Asia/Seoul');
  expect(written.stderr).toBe('');
  expect(written.stdout).toMatch(/^- \d\d:\d\d:\d\d - Anna decided: run "Kill the queries"/m);
  const lines = firebreak('timeline', 'INC-1', '--json').stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).text)).toContain('Recovered: All quiet.');
  expect(firebreak('incidents').stdout).toMatch(/INC-1 .* \+\d+ ms .*orders-primary/);
});

test('an incident that does not exist, and a zone that is none', { timeout: 120_000 }, () => {
  const missing = firebreak('timeline', 'INC-7');
  expect(missing.stderr).toContain('error [no-incident] There is no incident INC-7.');
  expect(missing.stderr).toContain('firebreak incidents');
  expect(missing.status).toBe(1);
  const zone = firebreak('postmortem', 'INC-1', '--time-zone', 'Seoul');
  expect(zone.stderr).toContain('IANA name');
  expect(zone.status).toBe(2);
});
