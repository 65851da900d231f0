import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { act, posted, until } from '../slack/sandbox-control.ts';
import { ANNA } from '../support/rig/slack-of.ts';
import { type Child, startFirebreak } from './child.ts';

const TIMEOUT = { timeout: 180_000 };

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

test('Ctrl-C in the middle of the incident, which a person handles', TIMEOUT, async () => {
  await using child = startFirebreak(['drill', '--scale', '0.2']);
  const offer = /is yours: open (http\S+)/;
  await child.said(offer);
  const page = offer.exec(child.stdout())?.[1] ?? '';
  expect((await fetch(page)).status).toBe(200);
  for (const step of ['diagnose', 'list-queries', 'suspend-cronjob']) await run(new URL(page).origin, step);
  await child.said('is suspended');
  child.pressControlC();
  await expectStopped(child);
});

/** Clicks Run on the card of a step; looks again when it was drawn anew under the click, as a person does. */
async function run(url: string, step: string): Promise<void> {
  await until(
    `a click on the card of ${step}`,
    async () => {
      const card = (await posted({ url })).findLast(({ key }) => key.startsWith(`step:${step}:`))?.message;
      if (!JSON.stringify(card ?? null).includes('step.run') || card === undefined) return undefined;
      return await act({ url }, ANNA, card, 'step.run').catch((error: unknown) => {
        if (String(error).includes('Look again')) return undefined;
        throw error;
      });
    },
    90_000,
  );
}

test('an impatient Ctrl-C, twice, while the world is being built', TIMEOUT, async () => {
  await using child = startFirebreak(['drill', '--auto', '--scale', '0.1']);
  await child.said('Starting Firebreak');
  child.pressControlC();
  await delay(150);
  child.pressControlC();
  await expectStopped(child);
});
