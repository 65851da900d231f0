import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logFile } from '../../src/adapters/embedded-postgres/postmaster.ts';
import { openState } from '../../src/adapters/state/open-state.ts';
import { createFollowUpBook } from '../../src/engine/follow-up-book.ts';
import type { State } from '../../src/ports/state.ts';
import { provideStateUrl } from '../../src/wiring/state-url.ts';
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
  state = await openState({ url, logger: quiet, instance: 'test-follow-ups' });
  const proofs = [{ audit: 'statement-timeout', subject: 'role report' }];
  const draft = { text: 'Set a timeout.\u001b[2J', database: 'orders-primary', proofs, incident: 'INC-1' };
  await createFollowUpBook(state.journal).take('INC-1', [draft]);
});
afterAll(async () => {
  await state.stop();
  await server.end();
});

/** Runs a command as the person of this account. */
const firebreak = (...args: string[]) => firebreakOn({}, ...args);

function firebreakOn(sections: object, ...args: string[]) {
  const people = [{ person: 'U0ANNA', name: 'Anna', login: userInfo().username }];
  const authority = { observe: ['U0ANNA'] };
  const { file, env } = stateConfig(url, { authority, terminal: { people }, ...sections });
  const { SUDO_USER: _, ...inherited } = process.env;
  return spawnSync(process.execPath, ['src/main.ts', ...args, '--config', file], {
    encoding: 'utf8',
    env: { ...inherited, ...env },
  });
}
const followUps = (...args: string[]) => firebreak('follow-ups', ...args);

test('lists what is left to do, and says who, until when, and what shall not be done', {
  timeout: 240_000,
}, () => {
  expect(followUps('assign', 'fu-1', 'Anna').stdout).toBe("FU-1 is Anna's now.\n");
  expect(followUps('done', 'FU-1').stderr).toContain('is done when that is green');
  const audit = ['--database', 'orders-primary', '--audit', 'no-replica', '--due', '2999-12-31', '--json'];
  expect(JSON.parse(followUps('add', 'Write it down', ...audit).stdout)).toMatchObject({
    id: 'FU-2',
    due: '2999-12-31',
    proofs: [{ audit: 'no-replica', subject: null }],
  });
  expect(followUps('drop', 'FU-2', '--reason', 'The job is gone').stdout).toContain('FU-2 is dropped');
  const listed = followUps('--all').stdout;
  expect(listed).toMatch(/FU-1.*open.*Anna.*INC-1/);
  expect(listed).toMatch(/FU-2.*dropped.*2999-12-31/);
  // Nothing of a database moves the cursor of a terminal.
  expect(listed).not.toContain('\u001b[2J');
});

test('what a post-mortem in a terminal leaves to do lives on too, once', { timeout: 240_000 }, async () => {
  const events = story().map(({ event }) => event);
  const incident = incidentRow('INC-2', { database: 'orders-primary', status: 'closed' });
  await state.journal.append('INC-2', 0, events, { work: [], incident });
  const before = JSON.parse(followUps('--all', '--json').stdout).length;
  for (const _ of [1, 2]) {
    const written = firebreak('postmortem', 'INC-2', '--follow-ups');
    expect(written.stdout).toContain('- [ ] pid 4712: protected: a backup');
    expect(written.stderr).toMatch(/^Follow-ups of INC-2: FU-\d+\. /);
  }
  const after = JSON.parse(followUps('--all', '--json').stdout);
  expect(after).toHaveLength(before + 1);
  expect(after.at(-1)).toMatchObject({ text: 'pid 4712: protected: a backup', incidents: ['INC-2'] });
  const open = incidentRow('INC-3', { database: 'orders-primary' });
  await state.journal.append('INC-3', 0, events.slice(0, 2), { work: [], incident: open });
  expect(firebreak('postmortem', 'INC-3', '--follow-ups').stderr).toContain('INC-3 is still open');
});

test('the document, what is measured for it and its follow-ups need the state once', {
  timeout: 240_000,
}, async () => {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await writtenBefore(directory);
  const starts = () =>
    readFileSync(logFile(join(directory, 'postgres')), 'utf8').split('ready to accept connections').length;
  const before = starts();
  const { stderr } = firebreakOn({ state: { directory } }, 'postmortem', 'INC-2', '--follow-ups');
  expect(stderr).toContain('Follow-ups of INC-2: FU-1.');
  expect(starts() - before).toBe(1);
});

/** An embedded state in which an incident is closed. */
async function writtenBefore(directory: string): Promise<void> {
  await using started = new AsyncDisposableStack();
  const retention = { closedIncidentDays: null, alertDays: null };
  const own = await provideStateUrl({ url: null, directory, retention }, started, pino({ level: 'silent' }));
  const embedded = await openState({ url: own, logger: quiet, instance: 'test-embedded' });
  started.defer(async () => embedded.stop());
  const incident = incidentRow('INC-2', { database: 'orders-primary', status: 'closed' });
  const events = story().map(({ event }) => event);
  await embedded.journal.append('INC-2', 0, events, { work: [], incident });
}
