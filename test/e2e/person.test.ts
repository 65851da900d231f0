import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { logFile } from '../../src/adapters/embedded-postgres/postmaster.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { type DrillOptions, runDrill } from '../../src/drill/run-drill.ts';
import { withSession } from '../../src/drill/victim/connection.ts';
import { launchChromium, withoutBrowser } from '../support/chromium.ts';
import { personAt } from '../support/person.ts';

const PATIENCE_MS = 120_000;
const DIAGNOSE = 'Diagnose CPU, connections and replication lag';
const LIST = 'List the long queries and who owns them';
const SUSPEND = 'Suspend the CronJob behind them';
const KILL = 'Kill the queries of the culprit';
const WATCH = 'Watch until the database has recovered';
const RESUME = 'Resume or reschedule the CronJob';

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

  for (const card of [WATCH, RESUME]) await person.click('Run', card);
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

/** Process ids of the sessions that PostgreSQL itself says were cancelled. */
async function cancelledPids(adminUrl: string): Promise<string[]> {
  const { rows } = await withSession(adminUrl, async (client) =>
    client.query<{ data_directory: string }>('show data_directory'),
  );
  const log = readFileSync(logFile(rows[0]?.data_directory ?? ''), 'utf8');
  const pids = log
    .split('\n')
    .filter((line) => line.includes('canceling statement due to user request'))
    .map((line) => /\[(\d+)\]/.exec(line)?.[1] ?? line);
  return pids.sort((a, b) => Number(a) - Number(b));
}

test.skipIf(withoutBrowser)(
  'a person handles the incident by clicking: spares one session, and somebody who may not decide is refused in private',
  { timeout: 300_000 },
  async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    const stop = new AbortController();
    let handling: Promise<Seen> | undefined;
    let events: DomainEvent[] = [];
    let cancelled: string[] = [];
    const say: DrillOptions['say'] = (line) => {
      const url = /http\S+/.exec(line)?.[0];
      if (url === undefined || !line.includes('yours')) return;
      handling = handle(page, url);
      handling.catch((error: unknown) => stop.abort(error));
    };
    const report = await runDrill({
      scale: 0.3,
      existingUrl: null,
      existingReplicaUrl: null,
      sharedAddress: false,
      open: false,
      slackPort: 0,
      logger: pino({ level: 'silent' }),
      say,
      loading: () => undefined,
      signal: stop.signal,
      responder: null,
      patienceMs: 240_000,
      finished: async ({ incident }, world) => {
        await handling;
        events = (await world.app.state.journal.read(incident ?? '')).map(({ event }) => event);
        cancelled = await cancelledPids(world.victim.urls.admin);
      },
    }).catch((error: unknown) => {
      throw stop.signal.aborted ? stop.signal.reason : error;
    });
    const seen = await handling;
    await page.close();
    expect(report.problems).toEqual([]);
    expect(faults).toEqual([]);
    if (seen === undefined) throw new Error('The incident was never offered to the person.');

    expect(seen.refusal).toMatch(/You may not decide on session actions/);
    expect(only(events, 'decision.refused', 'kill-queries')).toMatchObject([
      { by: { id: 'U0CHRIS' }, choice: 'run', reason: 'not-allowed' },
    ]);

    expect(seen.offered).toBe(8);
    expect(seen.dialog).toMatch(/on 7 of 8\?/);
    const [planned] = only(events, 'step.planned', 'kill-queries');
    const [decision, ...others] = only(events, 'decision.recorded', 'kill-queries');
    expect(others).toEqual([]);
    expect(decision?.by).toMatchObject({ kind: 'person', id: 'U0ANNA' });
    const spared = planned?.plan.targets.filter(
      ({ id }) => decision?.selection.targets.includes(id) === false,
    );
    expect(spared).toHaveLength(1);
    expect(spared?.[0]?.label).toContain(`pid ${seen.spared} `);

    const [completed] = only(events, 'effect.completed', 'kill-queries');
    const { results } = KillData.parse(completed?.outcome.data);
    expect(results.every(({ ended }) => ended)).toBe(true);
    const killed = results.map(({ session }) => session.pid).sort((a, b) => a - b);
    expect(killed).toHaveLength(7);
    expect(killed.map(String)).not.toContain(seen.spared);
    expect(cancelled).toEqual(killed.map(String));
  },
);
