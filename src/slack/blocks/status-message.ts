import { triageCommand } from '../manifest.ts';
import { incidentLines, incidentSentence, type Linked } from './incident-lines.ts';
import { rest } from './rest.ts';
import { line, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

const MOST_LISTED = 15;

/**
 * The open incidents, each with its state, what it waits for, and where it is. Pure.
 * @param held How many alerts opened none, in a sentence; null when there are none.
 */
export function statusMessage(open: readonly Linked[], held: string | null = null): Said {
  const told = held === null ? [] : [`${held} ${triageCommand} alerts lists them.`];
  if (open.length === 0) {
    const nothing = ['No incident is open.', ...told];
    return {
      text: fallbackText(nothing.join(' ')),
      blocks: richText(...nothing.map((sentence) => line(text(sentence)))),
    };
  }
  const shown = open.slice(0, MOST_LISTED);
  return {
    text: fallbackText([...open.map(incidentSentence), ...told].join('\n')),
    blocks: [
      ...shown.flatMap((one) => richText(incidentLines(one))),
      ...richText(
        ...rest(open.length - shown.length, 'open incidents', 'open incident'),
        ...told.map((sentence) => line(text(sentence))),
      ),
    ],
  };
}
