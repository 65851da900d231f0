import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** How a surface is also shown, beside light at the width of a desktop. */
export type Also = 'dark' | 'phone';

/** High enough for every surface to stand on the page without scrolling. */
export const TALL = { width: 1440, height: 2_600 };
const PHONE = { width: 390, height: 844 };
const STILL = { animations: 'disabled', caret: 'hide' } as const;

export type Camera = (name: string, surface: Locator, ...also: readonly Also[]) => Promise<void>;

/**
 * Takes pictures of parts of a page into a directory: `<name>.png` of the surface alone, `<name>-dark.png` likewise, and
 * `<name>-phone.png` of the whole screen of a phone that is scrolled to it.
 */
export async function createCamera(page: Page, directory: string): Promise<Camera> {
  await mkdir(directory, { recursive: true });
  const path = (name: string) => join(directory, `${name}.png`);
  return async (name, surface, ...also) => {
    await page.emulateMedia({ colorScheme: 'light' });
    // No pointer on a message, so that its toolbar is away.
    await page.mouse.move(0, 0);
    await surface.screenshot({ ...STILL, path: path(name) });
    if (also.includes('dark')) {
      await page.emulateMedia({ colorScheme: 'dark' });
      await surface.screenshot({ ...STILL, path: path(`${name}-dark`) });
      await page.emulateMedia({ colorScheme: 'light' });
    }
    if (also.includes('phone')) {
      await page.setViewportSize(PHONE);
      // Lists that were at their end go there once more when their size changes.
      await page.waitForTimeout(500);
      await surface.evaluate((node) => node.scrollIntoView({ block: 'start' }));
      await page.screenshot({ ...STILL, path: path(`${name}-phone`) });
      await page.setViewportSize(TALL);
    }
  };
}
