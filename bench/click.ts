import { Command } from 'commander';
import type { Page } from 'playwright-core';
import { openWorlds } from '../test/faults/world.ts';
import { CHANNEL, MARA, startPageFixture } from '../test/sandbox/slack/page-fixture.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { ANNA } from '../test/support/rig/slack-of.ts';
import { ratioOf, rounded, summary } from './intake/statistics.ts';

/**
 * How long after a click on Run the card shows it, measured in a browser on the sandbox's page: from the click to the
 * moment the buttons give way. Beside it, in the same run, the floor: a Bolt app that does nothing but acknowledge and
 * update the message.
 */
const program = new Command('click')
  .description('Clicks on cards in a browser, and prints how long the visible change took.')
  .option('--clicks <n>', 'how many clicks of each', Number, 40)
  .addHelpText('after', '\nExample:\n  $ npx node bench/click.ts --clicks 40');
const { clicks } = program.parse().opts<{ clicks: number }>();
/** Decisions of one incident: the runbook has so many steps that only read. */
const STEPS = 10;

/** How often the page is looked at, in milliseconds: a quarter of a frame. */
const LOOK_MS = 4;

/** Clicks the last button of this name; the milliseconds until the page has taken it away. */
async function clickAndSee(page: Page, name: string): Promise<number> {
  const button = page.getByRole('button', { name, exact: true }).last();
  await button.waitFor({ timeout: 60_000 });
  return await button.evaluate(
    (node: { readonly isConnected: boolean; click(): void }, lookMs) =>
      new Promise<number>((resolve) => {
        const began = performance.now();
        const look = () => (node.isConnected ? setTimeout(look, lookMs) : resolve(performance.now() - began));
        node.click();
        look();
      }),
    LOOK_MS,
  );
}

async function firebreak(): Promise<number[]> {
  await using stack = new AsyncDisposableStack();
  const [world] = await openWorlds(stack, 1);
  if (world === undefined) throw new Error('There is no world.');
  const steps = Array.from({ length: STEPS }, (_, index) => ({
    id: `list-${index + 1}`,
    kind: 'postgres.list-queries',
    title: `List the long queries, ${index + 1}`,
    confirm: 'one',
    byHand: 'Look.',
  }));
  const scene = stack.use(await world.fresh({ state: 'embedded', steps, batch: false }));
  await scene.serve().started();
  const browser = await launchChromium();
  stack.defer(async () => browser.close());
  const page = await browser.newPage();
  await page.goto(`${scene.slack.url}/?follow=1&user=${ANNA}`);
  const measured: number[] = [];
  while (measured.length < clicks) {
    if (measured.length % STEPS === 0) await scene.sender.send();
    measured.push(await clickAndSee(page, 'Run'));
    console.error(`Firebreak ${measured.length}: ${measured.at(-1)?.toFixed(0)} ms`);
  }
  return measured;
}

async function floor(): Promise<number[]> {
  const fixture = await startPageFixture();
  try {
    fixture.app.action('floor.run', async ({ ack, client, body }) => {
      await ack();
      const ts = 'message' in body ? String(body.message?.ts) : '';
      await client.chat.update({ channel: CHANNEL, ts, text: 'Done', blocks: [] });
    });
    const page = await fixture.open(MARA);
    const measured: number[] = [];
    while (measured.length < clicks) {
      const text = { type: 'plain_text' as const, text: 'Run' };
      await fixture.post('Decide', [
        { type: 'actions', elements: [{ type: 'button', text, action_id: 'floor.run' }] },
      ]);
      measured.push(await clickAndSee(page, 'Run'));
    }
    return measured;
  } finally {
    await fixture.close();
  }
}

const ours = summary(await firebreak());
const bare = summary(await floor());
for (const [name, { p50, p95 }] of [
  ['Firebreak (journaled, one sync of the disk)', ours],
  ['floor (acknowledge and update)', bare],
] as const) {
  console.log(`${name}: p50 ${p50.toFixed(0)} ms · p95 ${p95.toFixed(0)} ms`);
}
console.log(
  JSON.stringify({
    clicks,
    ms: rounded(ours),
    ratio: rounded(ratioOf(ours, bare)),
    underOneSecondAtP95: ours.p95 < 1000,
  }),
);
