import type { types } from '@slack/bolt';
import type { Command, Plan } from '../../domain/plan.ts';
import { type Budget, clip } from './clip.ts';
import { rest } from './rest.ts';
import { bold, bullets, code, line, type Part, preformatted, richText, text } from './rich-text.ts';

const MOST_COMMANDS = 6;
/** Characters of one command: enough to recognise it, little enough to reach the buttons. */
const COMMAND = 400;
/** A command of one line up to this length needs no box of its own. */
const SHORT = 160;

interface Shown extends Command {
  readonly count: number;
}

/** The exact statements, patches and requests. Equal texts are shown once with their count. */
export function commandBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  if (plan.commands.length === 0) return [];
  const distinct = distinctCommands(plan.commands);
  const shown = distinct.slice(0, MOST_COMMANDS);
  const left = distinct.length - shown.length;
  const cut = left > 0 || shown.some((command) => command.text.length > COMMAND);
  const note = cut ? [text(' · in full in the journal: '), code('firebreak journal export')] : [];
  return richText(
    line(bold('Exactly what is sent'), ...note),
    ...(shown.every(isShort)
      ? [
          bullets(
            shown.map((command) =>
              line(text(`${labelOf(command, budget)}: ${budget.take(command.text, SHORT)}`)),
            ),
          ),
        ]
      : shown.flatMap((command) => boxed(command, budget))),
    ...rest(left, 'commands'),
  );
}

function distinctCommands(commands: readonly Command[]): Shown[] {
  const counts = new Map<string, Shown>();
  for (const command of commands) {
    counts.set(command.text, { ...command, count: (counts.get(command.text)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

function isShort({ text: words }: Shown): boolean {
  return words.length <= SHORT && !words.includes('\n');
}

function labelOf({ label, count }: Shown, budget: Budget): string {
  return clip(budget.take(label, 120), 140) + (count > 1 ? ` · ${count} times` : '');
}

function boxed(command: Shown, budget: Budget): Part[] {
  return [line(text(labelOf(command, budget))), preformatted(budget.take(command.text, COMMAND))];
}
