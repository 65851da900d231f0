import type { Page } from 'playwright-core';

/** A person at the page: reads the thread and clicks what a person would. */
export interface Person {
  /** Waits until the newest card offers this button, then clicks it and confirms where asked. Answers the dialog's text. */
  click(button: string, card: string): Promise<string | null>;
  /** Waits until the text stands in the thread. */
  read(text: string | RegExp): Promise<void>;
}

const PATIENCE_MS = 120_000;

export function personAt(page: Page): Person {
  const thread = page.locator('.pane-thread');
  return {
    async click(button, card) {
      const message = thread.locator('[data-ts]', { hasText: card }).last();
      const target = message.getByRole('button', { name: button, exact: true });
      await target.click({ timeout: PATIENCE_MS });
      const confirm = page.locator('[data-confirm="confirm"]');
      const asked = await Promise.race([
        confirm.waitFor({ timeout: 1_500 }).then(
          () => true,
          () => false,
        ),
        target.waitFor({ state: 'detached', timeout: PATIENCE_MS }).then(
          () => false,
          () => false,
        ),
      ]);
      if (!asked) return null;
      // biome-ignore lint/performance/useDomNodeTextContent: the text as a person sees it, in lines
      const text = await page.locator('[role="alertdialog"], [role="dialog"]').last().innerText();
      await confirm.click();
      return text;
    },
    async read(text) {
      await thread.getByText(text).last().waitFor({ timeout: PATIENCE_MS });
    },
  };
}
