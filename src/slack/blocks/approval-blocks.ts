import type { types } from '@slack/bolt';
import type { StepAttempt } from '../../domain/incident.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Budget } from './clip.ts';
import { bold, line, quote, richText, text, time, who } from './rich-text.ts';

/** What the first of two people approved, for the second to read: it cannot be changed, only taken back. */
export function approvalBlocks(
  plan: Plan,
  approval: NonNullable<StepAttempt['approval']>,
  budget: Budget,
): types.RichTextBlock[] {
  const { by, at, selection } = approval;
  const left = plan.targets.length - selection.targets.length;
  return richText(
    quote(
      text('👥 '),
      who(by),
      bold(' approved this '),
      time(at),
      bold('. Nothing has run: a second person is awaited.'),
    ),
    ...(plan.targets.length === 0
      ? []
      : [
          line(
            bold(`Chosen: ${selection.targets.length} of ${plan.targets.length}`),
            text(left === 0 ? ', as in the table' : `, ${left} left out, as in the table`),
          ),
        ]),
    ...plan.choices.map(({ id, label, options }) => {
      const answer = options.find(({ value }) => value === selection.choices[id]);
      return line(bold(`${budget.take(label, 200)} `), text(budget.take(answer?.label ?? '', 100)));
    }),
  );
}
