import type { types } from '@slack/bolt';
import type { Plan } from '../../domain/plan.ts';
import { clip } from './clip.ts';
import { modal } from './modal.ts';
import { bold, line, type Part, preformatted, richText, text } from './rich-text.ts';
import { doesNotFit, labelOf, MOST_STATEMENTS, shownTexts, statementsOf } from './statements.ts';

/** Characters of one box. */
const BOX = 3000;
const TITLES = { sql: 'Exact statement', json: 'Exact patch', text: 'Exact request' } as const;

const IN_FILE = 'There is more: a file in the thread of this card has the whole.';
const IN_JOURNAL = 'There is more: firebreak journal export has the whole.';

/** Exactly what the step would send, in full as far as a window holds it. */
export function statementModal(plan: Plan, isFiled = false): types.ModalView {
  const statements = statementsOf(plan);
  const [first] = statements;
  const texts = shownTexts(statements);
  return modal({
    id: 'statement',
    title: TITLES[first?.language ?? 'text'],
    blocks: [
      ...richText(
        line(
          text(
            'Sent as it stands here, once the step is run. Values that differ from target to target are named in it.',
          ),
        ),
      ),
      ...statements
        .slice(0, MOST_STATEMENTS)
        .flatMap((statement, index) =>
          richText(line(bold(clip(labelOf(statement), 200))), ...boxes(texts[index] ?? '')),
        ),
      ...(doesNotFit(statements) ? richText(line(bold(isFiled ? IN_FILE : IN_JOURNAL))) : []),
    ],
  });
}

/** Boxes end where a line ends, so that no word is broken; a line that is longer than a box is cut. */
function boxes(whole: string): Part[] {
  const parts: Part[] = [];
  for (let rest = whole; rest !== ''; ) {
    const end = rest.length <= BOX ? rest.length : rest.lastIndexOf('\n', BOX) + 1 || BOX;
    parts.push(preformatted(rest.slice(0, end).replace(/\n$/, '')));
    rest = rest.slice(end);
  }
  return parts;
}
