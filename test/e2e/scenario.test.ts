import { expect, onTestFailed, test } from 'vitest';
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
