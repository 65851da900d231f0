import { incidentLines, incidentSentence, type Linked } from './incident-lines.ts';
import { rest } from './rest.ts';
import { line, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

const MOST_LISTED = 15;

/** The open incidents, each with its state, what it waits for, and where it is. Pure. */
export function statusMessage(open: readonly Linked[]): Said {
  if (open.length === 0) {
    const nothing = 'No incident is open.';
    return { text: nothing, blocks: richText(line(text(nothing))) };
  }
  const shown = open.slice(0, MOST_LISTED);
  return {
    text: fallbackText(open.map(incidentSentence).join('\n')),
    blocks: [
      ...shown.flatMap((one) => richText(incidentLines(one))),
      ...richText(...rest(open.length - shown.length, 'open incidents', 'open incident')),
    ],
  };
}
