import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { runDrill } from '../src/drill/run-drill.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { personAt } from '../test/support/person.ts';

/** Handles one drill in a browser as a person would, and takes the pictures of the documentation on the way. */
const directory = join(import.meta.dirname, '..', 'docs', 'images');
await mkdir(directory, { recursive: true });

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, deviceScaleFactor: 1 });
const stop = new AbortController();
let handling = Promise.resolve();
let number = 0;

async function picture(name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(2_500);
  number += 1;
  await page.screenshot({ path: join(directory, `${String(number).padStart(2, '0')}-${name}.png`) });
  console.log(`picture ${name}`);
}

const steps = [
  ['Diagnose CPU, connections and replication lag', 'diagnose'],
  ['List the long queries and who owns them', 'list'],
  ['Suspend the CronJob behind them', 'suspend'],
  ['Kill the queries of the culprit', 'kill'],
  ['Watch until the database has recovered', 'watch'],
  ['Resume or reschedule the CronJob', 'resume'],
] as const;

async function handle(url: string): Promise<void> {
  await page.goto(url);
  const person = personAt(page);
  for (const [card, name] of steps) {
    await page.locator('.pane-thread').getByText(card).last().waitFor({ timeout: 120_000 });
    await picture(name);
    await confirmWithPicture(page, name, () => person.click('Run', card));
  }
  await page
    .locator('.pane-channel')
    .getByText(/Closed/)
    .waitFor({ timeout: 120_000 });
  await picture('closed');
  await page.setViewportSize({ width: 390, height: 844 });
  await picture('phone');
}

/** Clicks; the dialog of the kill is worth a picture of its own. */
async function confirmWithPicture(
  on: Page,
  name: string,
  click: () => Promise<string | null>,
): Promise<void> {
  if (name === 'kill') {
    const message = on.locator('.pane-thread [data-ts]', { hasText: 'Kill the queries' }).last();
    await message.getByRole('button', { name: 'Run', exact: true }).click();
    await on.locator('[data-confirm="confirm"]').waitFor();
    await picture('kill-confirm');
    await on.locator('[data-confirm="confirm"]').click();
    await on
      .locator('.pane-thread')
      .getByText(/Nothing came back/)
      .waitFor({ timeout: 60_000 });
    await picture('kill-proof');
    return;
  }
  await click();
}

const report = await runDrill({
  scale: Number(process.argv[2] ?? 0.5),
  existingUrl: null,
  existingReplicaUrl: null,
  slackPort: 0,
  sharedAddress: false,
  logger: pino({ level: 'error' }, process.stderr),
  say: (line) => {
    console.log(line);
    const url = /http\S+/.exec(line)?.[0];
    if (url !== undefined && line.includes('yours')) {
      handling = handle(url).catch((error: unknown) => stop.abort(error));
    }
  },
  loading: () => undefined,
  signal: stop.signal,
  responder: null,
  patienceMs: 10 * 60_000,
  finished: async () => handling,
});
await browser.close();
console.log(report.ok ? 'The drill passed.' : report.problems.join('\n'));
process.exitCode = report.ok ? 0 : 1;
