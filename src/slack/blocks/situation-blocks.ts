import type { types } from '@slack/bolt';
import type { Situation } from '../../domain/situation.ts';
import type { Budget } from './clip.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';

const MOST_LINES = 8;
const MOST_COMMANDS = 4;
/** Whole commands: half a statement is of no use in a terminal. */
const COMMAND = 700;

/** What is known, what is not, what was done, and the lines that help in a terminal. */
export function situationBlocks(
  situation: Situation | undefined,
  budget: Budget,
): { readonly facts: types.RichTextBlock[]; readonly commands: types.RichTextBlock[] } {
  if (situation === undefined) return { facts: [], commands: [] };
  const known = situation.known.map(({ name, value }) => `${name}: ${value}`);
  return {
    facts: richText(
      ...lines('What was done', situation.done, budget),
      ...lines('Known', known, budget),
      ...lines('Not known', situation.unknown, budget),
    ),
    commands: richText(
      ...situation.next
        .slice(0, MOST_COMMANDS)
        .flatMap(({ label, text: command }) => [
          line(bold('In a terminal: '), text(budget.take(label, 200))),
          preformatted(budget.take(command, COMMAND)),
        ]),
      ...rest(situation.next.length - MOST_COMMANDS, 'commands, in the journal', 'command, in the journal'),
    ),
  };
}

function lines(title: string, sentences: readonly string[], budget: Budget): Part[] {
  const [only] = sentences;
  if (only === undefined) return [];
  if (sentences.length === 1) return [line(bold(`${title}: `), text(budget.take(only, 500)))];
  const shown = sentences.slice(0, MOST_LINES);
  return [
    line(bold(title)),
    bullets(shown.map((sentence) => line(text(budget.take(sentence, 400))))),
    ...rest(sentences.length - shown.length, 'lines', 'line'),
  ];
}
