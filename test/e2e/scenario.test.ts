import { expect, onTestFailed, test } from 'vitest';
import { startFirebreak } from './child.ts';

const TIMEOUT = { timeout: 300_000 };

test(
  'a scenario in a shape: the answer is right, nobody is harmed, the last line is the score, nothing is left',
  TIMEOUT,
  async () => {
    const args = ['drill', 'runaway-interactive-query', '--auto', '--json', '--think', '0.2', '--shape', '2'];
    await using child = startFirebreak(args);
    onTestFailed(() => void process.stderr.write(`What the drill said:\n${child.stderr()}\n`));
    const exitCode = await child.exited;
    const lines = child.stdout().trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        scenario: 'runaway-interactive-query',
        shape: 2,
        cause: 'runaway-interactive-query',
        culprit: 'person k.okafor',
        actions: ['postgres.kill-queries'],
        problems: [],
        harm: [],
      },
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
