import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { QUICK_STEPS } from '../faults/world/quick-steps.ts';
import type { TestCluster } from '../sandbox/kubernetes/cluster.ts';
import { launchChromium, withoutBrowser } from '../support/chromium.ts';
import { personAt } from '../support/person.ts';
import { startBatch, startBatchCluster } from '../support/rig/batch-cluster.ts';
import { type Installation, install } from '../support/rig/install.ts';
import { sendAlert } from '../support/rig/send-alert.ts';
import { ANNA, BEN, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim, type Victim } from '../support/rig/victim.ts';
import { serve } from './rig.ts';

const PATIENCE_MS = 120_000;
const [SUSPEND = '', KILL = ''] = QUICK_STEPS.map(({ title }) => title);
const STEPS = QUICK_STEPS.map((step) => (step.id === 'kill' ? { ...step, confirm: 'two' } : step));

describe.skipIf(withoutBrowser)('two people in two windows', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let victim: Victim;
  let cluster: TestCluster;
  let slack: SlackSandbox;
  let installation: Installation;
  const faults: Error[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    stack.defer(async () => browser.close());
    victim = stack.use(await startSmallVictim());
    cluster = stack.use(await startBatchCluster(victim));
    stack.defer(async () => victim.endBatch());
    slack = stack.use(await startSlackOf('socket'));
    const both = [ANNA, BEN];
    const authority = { observe: both, workload: both, session: both, incident: both };
    installation = stack.use(
      install({ slack, mode: 'socket', victim, cluster, steps: STEPS, config: { authority } }),
    );
    await startBatch(victim, cluster, 60_000);
  });
  afterAll(async () => stack.disposeAsync());

  /** A window of one person, with the thread of the incident open as it comes. */
  async function windowOf(user: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => faults.push(error));
    await page.goto(`${slack.url}/?follow=1&user=${user}`);
    await page.waitForSelector('body[data-ready]');
    return page;
  }

  test('handle one incident: each sees what the other decides, and a kill needs both', {
    timeout: 240_000,
  }, async () => {
    await using serving = await serve(installation);
    const [annasPage, bensPage] = [await windowOf(ANNA), await windowOf(BEN)];
    const [anna, ben] = [personAt(annasPage), personAt(bensPage)];
    await sendAlert(serving.httpUrl);

    await annasPage.locator('.pane-channel').getByRole('button', { name: 'Take charge' }).click();
    await bensPage
      .locator('.pane-channel')
      .getByText(/In charge: @?Anna/)
      .first()
      .waitFor();

    const suspendOfBen = bensPage.locator('.pane-thread [data-ts]', { hasText: SUSPEND }).last();
    await suspendOfBen.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await anna.click('Run', SUSPEND);
    // Without a click of his own the buttons in Ben's window give way to who decided.
    await suspendOfBen.getByRole('button', { name: 'Run', exact: true }).waitFor({ state: 'detached' });
    await suspendOfBen.getByText(/approved by @?Anna/).waitFor();

    await anna.click('Approve (first of two)', KILL);
    const killOfBen = bensPage.locator('.pane-thread [data-ts]', { hasText: KILL }).last();
    await killOfBen.getByText(/Anna approved this/).waitFor();
    expect(await victim.batchSessions()).toBeGreaterThan(0);
    await ben.click('Run (second person)', KILL);
    await killOfBen.getByText(/approved by @?Anna.* and @?Ben/).waitFor();
    for (const page of [annasPage, bensPage]) {
      await page.locator('.pane-channel').getByText('Closed').first().waitFor();
    }
    expect(await victim.batchSessions()).toBe(0);
    expect(faults).toEqual([]);
  });
});
