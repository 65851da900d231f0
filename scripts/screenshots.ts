import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { runDrill } from '../src/drill/run-drill.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { personAt } from '../test/support/person.ts';

/**
 * Handles drills in a browser as a person would, and takes the pictures of the documentation on the way: each card
 * as it awaits a decision, the pages worth a whole picture, and the card of a kill that came before its suspension.
 *
 *   npx node scripts/screenshots.ts [scale] [--story right|wrong] [--to directory]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { story: { type: 'string', default: 'both' }, to: { type: 'string' } },
});
const scale = Number(positionals[0] ?? 0.5);
const directory = values.to ?? join(import.meta.dirname, '..', 'docs', 'images');
await mkdir(directory, { recursive: true });
if (values.story === 'both') {
  const stale = (await readdir(directory)).filter(
    (name) => name.endsWith('.png') && !name.startsWith('chart-'),
  );
  for (const name of stale) await rm(join(directory, name));
}

const DESKTOP = { width: 1440, height: 1000 };
/** High enough for the whole card of a kill. */
const POSTER = { width: 1440, height: 1230 };
const PHONE = { width: 390, height: 844 };
const PATIENCE_MS = 120_000;

const steps = [
  ['Diagnose CPU, connections and replication lag', 'diagnose'],
  ['List the long queries and who owns them', 'list'],
  ['Suspend the CronJob behind them', 'suspend'],
  ['Kill the queries of the culprit', 'kill'],
  ['Watch until the database has recovered', 'watch'],
  ['Resume or reschedule the CronJob', 'resume'],
] as const;

const browser = await launchChromium();
const page = await browser.newPage({ viewport: DESKTOP, deviceScaleFactor: 1 });
const thread = page.locator('.pane-thread');

const cardOf = (title: string) => thread.locator('[data-ts]', { hasText: title }).last();
const button = (title: string, name: string) => cardOf(title).getByRole('button', { name, exact: true });
const path = (name: string) => join(directory, `${name}.png`);

/** Lets the page come to rest: no pointer on a message, no mark of what is new. */
async function settle(): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(2_500);
}

async function pagePicture(name: string): Promise<void> {
  await settle();
  await page.screenshot({ path: path(name) });
}

/** One card from head to foot, however long it is: the window grows for the moment. */
async function cardPicture(name: string, title: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 2_600 });
  await settle();
  await cardOf(title).screenshot({ path: path(name) });
  await page.setViewportSize(DESKTOP);
}

/** Suspends, kills, and is shown that nothing came back. */
async function rightOrder(): Promise<void> {
  const person = personAt(page);
  for (const [title, name] of steps) {
    await button(title, 'Run').waitFor({ timeout: PATIENCE_MS });
    await cardPicture(`card-${name}`, title, DESKTOP.width);
    if (name === 'kill') {
      await cardPicture('phone-kill', title, PHONE.width);
      await page.setViewportSize(POSTER);
      await pagePicture('incident');
      await page.setViewportSize(DESKTOP);
    }
    await person.click('Run', title);
    await button(title, 'Run').waitFor({ state: 'detached', timeout: PATIENCE_MS });
    if (name === 'kill') await person.read(/Nothing came back/);
    await cardOf(title)
      .getByText(/Verified/)
      .waitFor({ timeout: PATIENCE_MS });
    await cardPicture(`done-${name}`, title, DESKTOP.width);
  }
  await page
    .locator('.pane-channel')
    .getByText(/Closed/)
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await pagePicture('closed');
  await page.setViewportSize(PHONE);
  await pagePicture('phone-closed');
}

/** Kills without suspending, as on the day, and is sent back. */
async function wrongOrder(): Promise<void> {
  const person = personAt(page);
  const [diagnose, list, suspend, kill, ...others] = steps;
  for (const [title] of [diagnose, list]) await person.click('Run', title);
  await person.click('Skip', suspend[0]);
  await button(kill[0], 'Run').waitFor({ timeout: PATIENCE_MS });
  await cardPicture('wrong-order-kill', kill[0], DESKTOP.width);
  await cardPicture('wrong-order-skipped', suspend[0], DESKTOP.width);
  await person.click('Run', kill[0]);
  await person.read(/respawned/);
  await cardPicture('wrong-order-respawned', kill[0], DESKTOP.width);
  await person.click(`Go back to “${suspend[0]}”`, kill[0]);
  for (const [title] of [suspend, kill, ...others]) await person.click('Run', title);
}

async function drill(name: string, handle: () => Promise<void>): Promise<boolean> {
  const stop = new AbortController();
  let handling = Promise.resolve();
  await page.setViewportSize(DESKTOP);
  const report = await runDrill({
    scale,
    existingUrl: null,
    existingReplicaUrl: null,
    sharedAddress: false,
    open: false,
    slackPort: 0,
    logger: pino({ level: 'error' }, process.stderr),
    say: (line) => {
      console.log(line);
      const url = /http\S+/.exec(line)?.[0];
      if (url === undefined || !line.includes('yours')) return;
      handling = page
        .goto(url)
        .then(handle)
        .catch((error: unknown) => stop.abort(error));
    },
    loading: () => undefined,
    signal: stop.signal,
    responder: null,
    patienceMs: 10 * 60_000,
    finished: async () => handling,
  });
  console.log(`${name}: ${report.ok ? 'the drill passed' : report.problems.join('\n')}`);
  return report.ok;
}

const passed: boolean[] = [];
if (values.story !== 'wrong') passed.push(await drill('right order', rightOrder));
if (values.story !== 'right') await drill('wrong order', wrongOrder);
await browser.close();
process.exitCode = passed.every(Boolean) ? 0 : 1;
