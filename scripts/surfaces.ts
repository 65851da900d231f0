import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CHANNEL } from '../test/support/channel.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { overloadAlert, sendAlert } from '../test/support/rig/send-alert.ts';
import { ANNA, BEN, CHRIS, DANA } from '../test/support/rig/slack-of.ts';
import { afterwards, beforehand, CHARTED, prevention } from './pictures/beside-incidents.ts';
import { createCamera, TALL } from './pictures/camera.ts';
import { startOverload, title } from './pictures/overload.ts';
import { buttonOf, createStudio, heading, LOADING, MENU, PATIENCE } from './pictures/studio.ts';

/**
 * Takes one picture of every surface that Firebreak has in Slack, while an overload by a batch job is handled by hand:
 * cards, windows, answers of the command, the Home tab, and what the channel hears when there is no incident. Ends with 1
 * when a surface could not be shown, and says which.
 *
 *   npx node scripts/surfaces.ts [--to directory]
 */
const { values } = parseArgs({ options: { to: { type: 'string' } } });
const directory = values.to ?? join(import.meta.dirname, '..', 'docs', 'images', 'surfaces');

/** Milliseconds in which something appears that somebody clicked for. */
const SOON = 20_000;
const alert = overloadAlert();
const labels = { ...alert.labels, severity: 'critical', service: 'order-service' };
await using overload = await startOverload();
const { slack } = overload;
const browser = await launchChromium();
const page = await browser.newPage({ viewport: TALL, colorScheme: 'light' });
const watcher = await browser.newPage({ viewport: TALL, colorScheme: 'light' });
for (const one of [page, watcher]) one.setDefaultTimeout(SOON);
const studio = await createStudio(page, directory);
const { shoot, person, thread, main, parent, cardOf, surface, message, modal, modalOf, command, click } =
  studio;
const { decision, decided, chooseFromMenu, leftOut } = studio;
const shootWatcher = await createCamera(watcher, directory);

async function refusal(): Promise<void> {
  await surface('refusal', async () => {
    await watcher.goto(`${slack.url}/?follow=1&user=${CHRIS}`);
    const card = watcher.locator('.pane-thread [data-ts]', { hasText: heading(title.diagnose) }).last();
    await buttonOf(card, 'Run').click();
    const told = watcher.locator('.message.ephemeral').last();
    await told.waitFor();
    await shootWatcher('refusal', told, 'phone');
  });
}

/** Dana is on no list, and may break the glass. */
async function breakGlass(): Promise<void> {
  await surface('break-glass', async () => {
    await watcher.goto(`${slack.url}/?follow=1&user=${DANA}`);
    const card = watcher.locator('.pane-thread [data-ts]', { hasText: heading(title.kill) }).last();
    await buttonOf(card, 'Run').click();
    await watcher.locator('[data-confirm="confirm"]').click();
    await watcher.getByRole('button', { name: 'Break the glass…' }).last().click();
    const dialog = watcher.locator('dialog.view[open]');
    await dialog.filter({ hasNotText: LOADING }).waitFor();
    await shootWatcher('break-glass', dialog, 'phone');
    await dialog.locator('[data-view="close"]').click();
  });
}

async function home(): Promise<void> {
  await surface('home', async () => {
    await watcher.goto(`${slack.url}/?user=${ANNA}`);
    await watcher.locator('[data-home]').click();
    await watcher
      .locator('.home-blocks')
      .getByText(/Waiting for you/)
      .waitFor();
    await shootWatcher('home', watcher.locator('.home-blocks'), 'dark', 'phone');
  });
}

/** What can be asked while a decision waits. */
async function asking(): Promise<void> {
  for (const name of ['help', 'status', 'queries', 'locks', 'audit']) await command(name, name);
  await home();
  const text = 'orders-primary: remaining connection slots are reserved, checkout answers 503';
  await fetch(`${slack.url}/_sandbox/message`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: CHRIS, channel: CHANNEL, text }),
  });
  const alert = main.locator('[data-ts]', { hasText: text }).last();
  await modal('triage-alert', async () => chooseFromMenu(alert, 'Triage this alert'), 'phone');
  await modal('timeline-note', async () => chooseFromMenu(alert, 'Add to timeline'));
  await modal('triage-start', async () => {
    await main.getByRole('button', { name: 'Shortcuts' }).click({ timeout: MENU });
    await page.getByRole('menuitem', { name: 'Start database triage' }).click({ timeout: MENU });
  });
}

/** With the thread as wide as a person can draw it, so that a table needs no scrolling. */
async function widened(show: () => Promise<void>): Promise<void> {
  const draw = async (maxWidth: string, flex: string) =>
    thread.evaluate((node, style) => void Object.assign(node.style, style), { maxWidth, flex });
  await draw('none', '0 0 80%');
  await show();
  await draw('', '');
}

/** Everything a person can look at on the card of a kill before deciding. */
async function beforeTheKill(): Promise<void> {
  const card = cardOf(title.kill);
  await message('card-awaiting', card, ['dark', 'phone']);
  await widened(async () => message('target-table', card.locator('table').last()));
  await breakGlass();
  await modalOf('targets', card, 'Change targets', 'dark', 'phone');
  await modalOf('statement', card, 'Show statement', 'phone');
  await modalOf('explain', card, 'Explain', 'phone');
  await modalOf('why-not', card, /Why not/);
  await surface('confirm', async () => {
    await buttonOf(card, 'Run').click();
    const dialog = page.locator('dialog.confirm');
    await dialog.waitFor();
    await shoot('confirm', dialog, 'phone');
    await dialog.locator('[data-confirm="deny"]').click();
  });
}

async function charge(): Promise<void> {
  await surface('charge', async () => {
    await parent.getByRole('button', { name: 'Take charge' }).click();
    await parent.getByText(/In charge/).waitFor();
    await parent.getByRole('button', { name: /Hand over/ }).waitFor();
  });
  await modalOf('hand-over', parent, /Hand over/);
  await modalOf('add-responders', parent, /Add responders/);
}

/** The incident from the alert to the post-mortem: killed too early, sent back, and handled. */
async function handle(): Promise<void> {
  await decision(title.diagnose);
  await refusal();
  await click('Run', title.diagnose);
  await decided(title.diagnose);
  await message('card-diagnosis', cardOf(title.diagnose), ['phone']);
  await decision(title.list);
  await charge();
  await message('parent-open', parent, ['dark', 'phone']);
  await click('Run', title.list);
  await decision(title.suspend);
  await modalOf('patch', cardOf(title.suspend), /^Show/);
  await asking();
  const reminder = thread.locator('[data-ts]', { hasText: 'waits for a decision' }).last();
  await message('reminder', reminder, ['phone']);
  await click('Skip', title.suspend);
  await decision(title.kill);
  await beforeTheKill();
  await click('Run', title.kill);
  await person.read(/respawned/);
  await message('card-attention', cardOf(title.kill), ['phone']);
  await click(`Go back to “${title.suspend}”`, title.kill);
  for (const step of [title.suspend, title.kill]) {
    await decision(step);
    await click('Run', step);
    await decided(step);
  }
  await message('card-decided', cardOf(title.kill), ['dark']);
  await message('broadcast', main.locator('[data-ts]', { hasText: '🟡 Mitigated' }).last());
  await click('Run', title.watch);
  await decided(title.watch);
  await sendAlert(overload.httpUrl, {
    ...alert,
    labels,
    status: 'resolved',
    endsAt: new Date().toISOString(),
  });
  await message('incident-alerts', thread.locator('[data-ts]', { hasText: 'Alerts of INC-1' }).last());
  await message('broadcast-recovered', main.locator('[data-ts]', { hasText: '🟢 Recovered' }).last());
  await click('Approve (first of two)', title.resume);
  await message('first-of-two', cardOf(title.resume).filter({ hasText: '👥' }));
  await surface('second of two', async () => {
    await watcher.goto(`${slack.url}/?follow=1&user=${BEN}`);
    const card = watcher.locator('.pane-thread [data-ts]', { hasText: heading(title.resume) }).last();
    await buttonOf(card, 'Run (second person)').click();
    await watcher.locator('[data-confirm="confirm"]').click();
  });
  await parent.getByText(/Closed/).waitFor({ timeout: PATIENCE });
  await command('history', 'history');
  await surface('chart', async () => {
    const chart = cardOf(title.watch).locator('.image img');
    await chart.waitFor({ timeout: CHARTED });
    await chart.evaluate(async (node) => node.decode());
    await shoot('chart', cardOf(title.watch), 'dark', 'phone');
  });
  await message('parent-closed', parent, ['phone']);
  await surface('post-mortem', async () => {
    await parent.getByRole('button', { name: /post-mortem/i }).click();
    const written = thread.locator('[data-ts]', { has: page.locator('.files') }).last();
    await written.filter({ hasText: /post-mortem/i }).waitFor();
    await shoot('post-mortem', written);
    const canvas = await written.getByRole('link', { name: 'Open it as a canvas' }).getAttribute('href');
    await watcher.goto(canvas ?? '');
    await watcher.locator('body[data-ready]').waitFor();
    await shootWatcher('canvas', watcher.locator('main.canvas'), 'phone');
  });
}

await page.goto(`${slack.url}/?follow=1&user=${ANNA}`);
await beforehand(studio);
await sendAlert(overload.httpUrl, { ...alert, labels });
try {
  await handle();
  await afterwards(studio, overload);
  await prevention(studio, overload);
} finally {
  await browser.close();
}
if (leftOut.length > 0) console.log(`Left out: ${leftOut.join(', ')}`);
process.exitCode = leftOut.length === 0 ? 0 : 1;
