import type { types } from '@slack/bolt';
import type { Plan } from '../../domain/plan.ts';
import { clip } from './clip.ts';
import { modal } from './modal.ts';
import { bold, line, type Part, preformatted, richText, text } from './rich-text.ts';
import { areTooLong, labelOf, shownTexts, statementsOf } from './statements.ts';

/** Characters of one box. */
const BOX = 3000;
const MOST_STATEMENTS = 40;
const TITLES = { sql: 'Exact statement', json: 'Exact patch', text: 'Exact request' } as const;

/** Exactly what the step would send, in full as far as a window holds it. */
export function statementModal(plan: Plan): types.ModalView {
  const statements = statementsOf(plan);
  const [first] = statements;
  const texts = shownTexts(statements);
  const left = statements.length - MOST_STATEMENTS;
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
      ...(areTooLong(statements) || left > 0
        ? richText(line(bold('There is more: firebreak journal export has the whole.')))
        : []),
    ],
  });
}

function boxes(whole: string): Part[] {
  const count = Math.ceil(whole.length / BOX);
  return Array.from({ length: count }, (_, index) =>
    preformatted(whole.slice(index * BOX, (index + 1) * BOX)),
  );
}
