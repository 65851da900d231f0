import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openState } from '../../src/adapters/state/open-state.ts';
import { createFollowUpBook } from '../../src/engine/follow-up-book.ts';
import type { State } from '../../src/ports/state.ts';
import { incidentRow, quiet, startServer, type TestServer } from '../adapters/state/support.ts';
import { story } from '../postmortem/story.ts';
import { stateConfig } from '../support/rig/state-config.ts';

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
function firebreak(...args: string[]) {
  const people = [{ person: 'U0ANNA', name: 'Anna', login: userInfo().username }];
  const { file, env } = stateConfig(url, { authority: { observe: ['U0ANNA'] }, terminal: { people } });
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
