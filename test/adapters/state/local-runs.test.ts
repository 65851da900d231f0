import { expect, test } from 'vitest';
import { createLocalRuns } from '../../../src/adapters/state/queue/local-runs.ts';
import { eventually, quiet } from './support.ts';

test('a round takes up what failed as an item of the queue, as the queue may have lost it', async () => {
  let ran = 0;
  const handler = async () => {
    ran += 1;
    if (ran === 1) throw new Error('the step failed');
    return 'done' as const;
  };
  const runs = createLocalRuns(new Map([['advance', handler]]), quiet);
  expect(await runs.deliver('advance', 'INC-1')).toBe('failed');
  runs.ensure('advance', 'INC-1');
  await eventually('the second run', () => ran === 2, 500);
  await runs.stop(0);
});

test('a round does not hurry what comes again by itself', async () => {
  let ran = 0;
  const handler = async () => {
    ran += 1;
    throw new Error('the step failed');
  };
  const runs = createLocalRuns(new Map([['advance', handler]]), quiet);
  runs.wake('advance', 'INC-1');
  await eventually('the first run', () => ran === 1, 500);
  runs.ensure('advance', 'INC-1');
  runs.ensure('advance', 'INC-1');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(ran).toBe(1);
  await eventually('it comes again', () => ran === 2, 2_000);
  await runs.stop(0);
});

test('what failed as an item of the queue is forgotten: it does not slow down what comes later', async () => {
  let ran = 0;
  const handler = async () => {
    ran += 1;
    return ran <= 6 ? ('busy' as const) : ('done' as const);
  };
  const runs = createLocalRuns(new Map([['advance', handler]]), quiet);
  for (let times = 0; times < 5; times += 1) expect(await runs.deliver('advance', 'INC-1')).toBe('busy');
  runs.wake('advance', 'INC-1');
  await eventually('it comes again', () => ran === 7, 3_000);
  await runs.stop(0);
});
