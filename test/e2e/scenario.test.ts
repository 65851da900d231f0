import { expect, onTestFailed, test } from 'vitest';
import { respond } from '../../src/drill/responder.ts';
import { ENTER, startInTerminal } from '../support/terminal.ts';
import { startFirebreak } from './child.ts';

const TIMEOUT = { timeout: 300_000 };

test.each([
  {
    scenario: 'runaway-interactive-query',
    shape: 2,
    culprit: 'person k.okafor',
    actions: ['postgres.kill-queries'],
  },
  {
    scenario: 'lock-queue',
    shape: 3,
    culprit: 'Deployment clinic-prod/lab-results',
    actions: ['postgres.end-blockers'],
  },
])(
  '$scenario in shape $shape: the answer is right, nobody is harmed, the last line is the score, nothing is left',
  TIMEOUT,
  async ({ scenario, shape, culprit, actions }) => {
    const args = ['drill', scenario, '--auto', '--json', '--think', '0.2', '--shape', String(shape)];
    await using child = startFirebreak(args);
    onTestFailed(() => void process.stderr.write(`What the drill said:\n${child.stderr()}\n`));
    const exitCode = await child.exited;
    const lines = child.stdout().trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { scenario, shape, cause: scenario, culprit, actions, problems: [], harm: [] },
      { scenarios: 1, causeRight: 1, culpritRight: 1, actionRight: 1, harm: 0 },
    ]);
    expect(exitCode).toBe(0);
    expect(await child.leftProcesses()).toEqual([]);
    expect(child.leftFiles()).toEqual([]);
  },
);

test('Ctrl-C in the middle of a scenario through PgBouncer leaves nothing', TIMEOUT, async () => {
  await using child = startFirebreak(['drill', 'runaway-batch-query', '--auto', '--shape', '3']);
  await child.said('want one of', 120_000);
  child.pressControlC();
  expect(await child.exited).toBe(1);
  expect(child.stderr()).toMatch(/error \[stopped\] The drill was stopped\./);
  expect(await child.leftProcesses()).toEqual([]);
  expect(child.leftFiles()).toEqual([]);
});

test('whoever plays by hand can look around when it is over, until they press Enter', TIMEOUT, async () => {
  await using drill = startInTerminal(['drill', 'nothing-wrong'], { env: {} });
  const over = new AbortController();
  await drill.see('It is yours: open');
  const page = /open (http:\S+)/.exec(drill.text())?.[1] ?? '';
  const clicks = { thinkMs: 200, wrongOrder: false, unproposed: 'skip', stuck: 'retry' } as const;
  const slackUrl = new URL(page).origin;
  const responding = respond({ slackUrl, ...clicks, onClick: () => undefined, signal: over.signal });
  await drill.see('Press Enter to remove everything');
  over.abort();
  await responding.catch(() => undefined);
  expect(drill.text()).toContain('✓ right: nothing-wrong');
  expect((await fetch(page)).status).toBe(200);
  drill.press(ENTER);
  expect(await drill.exited).toBe(0);
  await expect(fetch(page)).rejects.toThrow();
});
