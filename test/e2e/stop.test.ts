import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Child, startFirebreak } from './child.ts';

const TIMEOUT = { timeout: 180_000 };
const DRILL = ['drill', '--auto', '--scale', '0.2', '--think', '0.2'];

/** Ctrl-C ended it with a sentence and without a trace. */
async function expectStopped(child: Child): Promise<void> {
  expect(await child.exited).toBe(1);
  expect(child.stderr()).toMatch(
    /error \[stopped\] The drill was stopped\.\n {2}→ Everything it made is removed\.\n$/,
  );
  expect(child.stderr()).not.toMatch(/internal|abort|defect|^ +at /im);
  expect(child.stdout()).not.toMatch(/Drill (passed|failed)/);
  expect(await child.leftProcesses()).toEqual([]);
  expect(child.leftFiles()).toEqual([]);
}

test('Ctrl-C while the data are loaded', TIMEOUT, async () => {
  await using child = startFirebreak(['drill', '--auto', '--scale', '2']);
  await child.said(/Loading orders: .* rows/);
  child.pressControlC();
  await expectStopped(child);
});

test('Ctrl-C in the middle of the incident', TIMEOUT, async () => {
  await using child = startFirebreak(DRILL);
  await child.said('takes it');
  await child.said('is suspended');
  child.pressControlC();
  await expectStopped(child);
});

test('an impatient Ctrl-C, twice, while the world is being built', TIMEOUT, async () => {
  await using child = startFirebreak(['drill', '--auto', '--scale', '0.1']);
  await child.said('Starting Firebreak');
  child.pressControlC();
  await delay(150);
  child.pressControlC();
  await expectStopped(child);
});
