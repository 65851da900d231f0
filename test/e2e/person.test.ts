import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { DomainEvent } from '../../src/domain/event.ts';
import { opened, startServer } from '../adapters/state/support.ts';
import { QUICK_STEPS } from '../faults/world/quick-steps.ts';
import { launchChromium, withoutBrowser } from '../support/chromium.ts';
import { personAt } from '../support/person.ts';
import { startBatch, startBatchCluster } from '../support/rig/batch-cluster.ts';
import { install } from '../support/rig/install.ts';
import { sendAlert } from '../support/rig/send-alert.ts';
import { startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim } from '../support/rig/victim.ts';
import { serve } from './rig.ts';

const PATIENCE_MS = 120_000;
const [SUSPEND = '', KILL = ''] = QUICK_STEPS.map(({ title }) => title);
const DIAGNOSE = 'Diagnose CPU, connections and replication lag';
const LIST = 'List the long queries and who owns them';
const RESUME = 'Resume or reschedule the CronJob';
/** The steps of the shipped runbook for this cause, with the proofs of the quick ones. */
const STEPS = [
  { id: 'diagnose', kind: 'postgres.diagnose', title: DIAGNOSE, confirm: 'one', byHand: 'Look.' },
  { id: 'list', kind: 'postgres.list-queries', title: LIST, confirm: 'one', byHand: 'List them.' },
  ...QUICK_STEPS,
  { id: 'resume', kind: 'kubernetes.resume-cronjob', title: RESUME, confirm: 'one', byHand: 'Resume it.' },
];

let browser: Browser;
beforeAll(async () => {
  if (!withoutBrowser) browser = await launchChromium();
});
afterAll(async () => {
  if (!withoutBrowser) await browser.close();
});

/** What the person saw that the journal does not hold. */
interface Seen {
  spared: string;
  offered: number;
  refusal: string;
  dialog: string | null;
}

async function actAs(page: Page, name: string): Promise<void> {
  await page.locator('.acting').click();
  await page.getByRole('menuitemradio', { name }).click();
}

/** Chris, who only watches, tries to kill and is told in private that this is not for him. */
async function tryAsStranger(page: Page): Promise<string> {
  await actAs(page, 'Chris');
  await personAt(page).click('Run', KILL);
  const answer = page.locator('.message.ephemeral', { hasText: 'You may not decide' }).last();
  await answer.waitFor({ timeout: PATIENCE_MS });
  const refusal = (await answer.textContent()) ?? '';
  await actAs(page, 'Anna');
  await answer.waitFor({ state: 'detached' });
  return refusal;
}

async function handle(page: Page, url: string): Promise<Seen> {
  await page.goto(url);
  await actAs(page, 'Anna');
  const person = personAt(page);
  for (const card of [DIAGNOSE, LIST, SUSPEND]) await person.click('Run', card);

  const kill = page.locator('.pane-thread [data-ts]', { hasText: KILL }).last();
  await kill.getByRole('button', { name: 'Run', exact: true }).waitFor({ timeout: PATIENCE_MS });
  const refusal = await tryAsStranger(page);

  await kill.getByRole('button', { name: 'Change targets', exact: true }).click();
  const choice = page.getByRole('dialog', { name: 'Change targets' });
  await choice.getByRole('checkbox').first().waitFor({ timeout: PATIENCE_MS });
  const offered = await choice.getByRole('checkbox', { checked: true }).count();
  const label = await choice.locator('label.choice').first().textContent();
  await choice.getByRole('checkbox').first().uncheck();
  await choice.getByRole('button', { name: 'Choose', exact: true }).click();
  await person.read(`Acts on ${offered - 1} of ${offered}`);
  // On an overloaded server the look at the targets may take too long: the window says so and stays.
  if (await choice.isVisible()) await choice.getByRole('button', { name: 'Close' }).first().click();
  const dialog = await person.click('Run', KILL);
  await person.read(/nothing came back/i);

  await person.click('Run', RESUME);
  await page
    .locator('.pane-channel')
    .getByText(/Closed/)
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  return { spared: /pid (\d+)/.exec(label ?? '')?.[1] ?? '', offered, refusal, dialog };
}

const KillData = z.object({
  results: z.array(z.object({ session: z.object({ pid: z.int() }), ended: z.boolean() })),
});

function only<T extends DomainEvent['type']>(events: readonly DomainEvent[], type: T, step: string) {
  return events.filter(
    (event): event is Extract<DomainEvent, { type: T; step: string }> =>
      event.type === type && 'step' in event && event.step === step,
  );
}

/** Process ids of the sessions that PostgreSQL itself says were cancelled or terminated. */
function endedPids(log: string): number[] {
  const ended = /canceling statement due to user request|terminating connection due to administrator command/;
  const pids = log
    .split('\n')
    .filter((line) => ended.test(line))
    .map((line) => Number(/pid=(\d+)/.exec(line)?.[1]));
  return pids.sort((a, b) => a - b);
}

test.skipIf(withoutBrowser)(
  'a person handles the incident by clicking: spares one session, and somebody who may not decide is refused in private',
  { timeout: 240_000 },
  async () => {
    const server = await startServer();
    onTestFinished(async () => server.end());
    await using victim = await startSmallVictim();
    await using cluster = await startBatchCluster(victim);
    await using slack = await startSlackOf('socket');
    const stateUrl = await server.createDatabase();
    using installation = install({ slack, mode: 'socket', victim, cluster, steps: STEPS, stateUrl });
    await startBatch(victim, cluster, PATIENCE_MS);
    await using serving = await serve(installation);
    await sendAlert(serving.httpUrl);

    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    const seen = await handle(page, `${slack.url}/?follow=1`);
    await page.close();
    expect(faults).toEqual([]);
    const state = await opened(stateUrl);
    const [incident] = await state.incidents.list(1);
    const events = (await state.journal.read(incident?.id ?? '')).map(({ event }) => event);
    const ended = endedPids(victim.log());
    await victim.endBatch();

    expect(seen.refusal).toMatch(/You may not decide on session actions/);
    expect(only(events, 'decision.refused', 'kill')).toMatchObject([
      { by: { id: 'U0CHRIS' }, choice: 'run', reason: 'not-allowed' },
    ]);

    expect(seen.offered).toBe(3);
    expect(seen.dialog).toMatch(/on 2 of 3\?/);
    const [planned] = only(events, 'step.planned', 'kill');
    const [decision, ...others] = only(events, 'decision.recorded', 'kill');
    expect(others).toEqual([]);
    expect(decision?.by).toMatchObject({ kind: 'person', id: 'U0ANNA' });
    const spared = planned?.plan.targets.filter(
      ({ id }) => decision?.selection.targets.includes(id) === false,
    );
    expect(spared).toHaveLength(1);
    expect(spared?.[0]?.label).toContain(`pid ${seen.spared} `);

    const [completed] = only(events, 'effect.completed', 'kill');
    const { results } = KillData.parse(completed?.outcome.data);
    expect(results.every(({ ended }) => ended)).toBe(true);
    const killed = results.map(({ session }) => session.pid).sort((a, b) => a - b);
    expect(killed).toHaveLength(2);
    expect(killed.map(String)).not.toContain(seen.spared);
    expect(ended).toEqual(killed);
  },
);
