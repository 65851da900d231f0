import type { FirebreakError } from '../../domain/errors.ts';
import { createBudget } from './clip.ts';
import { againButton, type LiveValue } from './live-buttons.ts';
import { bold, line, quote, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { situationBlocks } from './situation-blocks.ts';
import { fallbackText } from './text-objects.ts';

/** A database that cannot be read: what is missing, what is known all the same, and what to do. Pure. */
export function unreadableMessage(error: FirebreakError, value: LiveValue): Said {
  const budget = createBudget();
  const { message, hint, situation } = error;
  const { facts, commands } = situationBlocks(situation, budget);
  const title = `The ${value.what} of ${value.database} cannot be read now.`;
  return {
    text: fallbackText(`${title} ${message} ${hint}`),
    blocks: [
      ...richText(
        quote(text('❌ '), bold(title)),
        line(text(budget.take(message, 600))),
        line(bold('What to do: '), text(budget.take(hint, 600))),
      ),
      ...facts,
      ...commands,
      againButton(value),
    ],
  };
}
