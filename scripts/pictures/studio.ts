import type { Locator, Page } from 'playwright-core';
import { describeError } from '../../src/domain/errors.ts';
import { triageCommand } from '../../src/slack/manifest.ts';
import { personAt } from '../../test/support/person.ts';
import { type Also, createCamera } from './camera.ts';

/** Milliseconds in which a step gets as far as its decision, and in which a menu opens. */
export const PATIENCE = 240_000;
export const MENU = 5_000;
export const LOADING = 'Firebreak is reading what is needed here';

/** The title of a card, as no reminder of it says it. */
export const heading = (of: string) => `· ${of}`;
export const buttonOf = (card: Locator, name: string) => card.getByRole('button', { name, exact: true });

export type Studio = Awaited<ReturnType<typeof createStudio>>;

/** One person at the page of the sandbox, with a camera: what they do, and pictures of what they see. */
export async function createStudio(page: Page, directory: string) {
  const shoot = await createCamera(page, directory);
  const person = personAt(page);
  const thread = page.locator('.pane-thread');
  const main = page.locator('.pane-channel');
  const leftOut: string[] = [];
  const cardOf = (of: string) => thread.locator('[data-ts]', { hasText: heading(of) }).last();

  /** Shows one surface; where that fails the others go on. */
  async function surface(name: string, show: () => Promise<void>): Promise<void> {
    try {
      await show();
      console.log(`took ${name}`);
    } catch (error) {
      leftOut.push(name);
      console.error(`left out ${name}: ${describeError(error).message.split('\n')[0]}`);
      if ((await page.locator('dialog[open]').count()) > 0) await page.keyboard.press('Escape');
    }
  }

  /** Types into the channel and sends it. */
  async function type(line: string): Promise<void> {
    await page.locator('[data-composer="channel"]').fill(line);
    await main.getByRole('button', { name: 'Send' }).click();
  }

  /** A message that comes within `patience` milliseconds, or else the time of the page. */
  const message = async (name: string, shown: Locator, also: readonly Also[] = [], patience?: number) =>
    surface(name, async () => {
      await shown.waitFor(patience === undefined ? {} : { timeout: patience });
      // A message that is edited at that moment is drawn anew under the camera.
      await shoot(name, shown, ...also).catch(async () => shoot(name, shown, ...also));
    });

  /** A window: opened, filled, looked at, left again without a word. */
  const modal = async (name: string, open: () => Promise<void>, ...also: Also[]) =>
    surface(name, async () => {
      await open();
      const dialog = page.locator('dialog.view[open]');
      await dialog.filter({ hasNotText: LOADING }).waitFor();
      await shoot(name, dialog, ...also);
      await dialog.locator('[data-view="close"]').click();
      await dialog.waitFor({ state: 'detached' });
    });

  return {
    page,
    shoot,
    person,
    thread,
    main,
    parent: thread.locator('[data-ts]').first(),
    leftOut,
    cardOf,
    type,
    surface,
    message,
    modal,
    modalOf: async (name: string, card: Locator, button: string | RegExp, ...also: Also[]) =>
      modal(name, async () => card.getByRole('button', { name: button }).click(), ...also),
    click: async (name: string, of: string) => person.click(name, heading(of)),
    decision: async (of: string) => buttonOf(cardOf(of), 'Run').waitFor({ timeout: PATIENCE }),
    decided: async (of: string) =>
      cardOf(of)
        .getByText(/Verified/)
        .waitFor({ timeout: PATIENCE }),
    /** Types the command as a person does; its answer is the next message of the channel that says `shows`. */
    command: async (name: string, words: string, shows: RegExp | string = '', ...also: Also[]) =>
      surface(`command-${name}`, async () => {
        const answers = main.locator('[data-ts]', { hasText: shows });
        const answer = answers.nth(await answers.count());
        await type(`${triageCommand} ${words}`);
        await answer.filter({ hasNotText: 'is no database and no command here' }).waitFor();
        await shoot(`command-${name}`, answer, ...also);
      }),
    /** Picks from the menu of a message. */
    chooseFromMenu: async (shown: Locator, entry: string) => {
      await shown.hover();
      await shown.getByRole('button', { name: 'More actions' }).click({ timeout: MENU });
      await page.getByRole('menuitem', { name: entry }).click({ timeout: MENU });
    },
  };
}
