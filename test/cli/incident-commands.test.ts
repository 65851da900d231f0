import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openState } from '../../src/adapters/state/open-state.ts';
import { createDrills } from '../../src/engine/drills.ts';
import type { State } from '../../src/ports/state.ts';
import { incidentRow, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { story } from '../postmortem/story.ts';
import { stateConfig } from '../support/rig/state-config.ts';
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
  const { file, env } = stateConfig(url);
  return spawnSync(process.execPath, ['src/main.ts', ...args, '--config', file], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

test('the post-mortem, the timeline and the list are told from the journal', { timeout: 120_000 }, () => {
  const written = firebreak('postmortem', 'INC-1', '--time-zone', 'Asia/Seoul');
  expect(written.stderr).toBe('');
  expect(written.stdout).toMatch(/^- \d\d:\d\d:\d\d - Anna decided: run "Kill the queries"/m);
  const lines = firebreak('timeline', 'INC-1', '--json').stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).text)).toContain('Recovered: All quiet.');
  const listed = firebreak('incidents').stdout;
  expect(listed).toMatch(/INC-1 .* \+\d+ ms .*orders-primary/);
  // Where no terminal is, as in a pipe, nothing is coloured.
  expect(listed).not.toContain('\u001b');
});

test('a prevention run is no outage: it has no post-mortem and no turns', { timeout: 120_000 }, async () => {
  const events = story().map(({ event }) =>
    event.type === 'incident.opened' ? { ...event, purpose: 'prevention' as const } : event,
  );
  const row = incidentRow('PREV-2', { database: 'orders-primary', status: 'closed' });
  await state.journal.append('PREV-2', 0, events, {
    work: [],
    incident: { ...row, dedupeKey: 'prevention' },
  });
  const refused = firebreak('postmortem', 'PREV-2');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('PREV-2 is a prevention run, no outage');
  const ids = JSON.parse(firebreak('history', '--json').stdout).incidents.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(['INC-1']);
});

test('incidents and drills are told beside one another, and drawn', { timeout: 120_000 }, async () => {
  const by = { kind: 'person', id: 'ann', name: 'ann', via: 'terminal' } as const;
  const drill = { scenario: 'outage', ok: true, problems: [], recoverySeconds: 71, version: '0.1.0', by };
  await createDrills(state.journal).record(drill);
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'history.png');
  const listed = firebreak('history', '--png', file);
  expect(listed.stdout).toMatch(
    /Drill outage: passed, recovered after 1m11s\.\n.*INC-1 orders-primary: .*recovered after/,
  );
  expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
  const { incidents, drills } = JSON.parse(firebreak('history', '--json').stdout) as Record<string, object[]>;
  expect([incidents?.length, drills?.length]).toEqual([1, 1]);
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
