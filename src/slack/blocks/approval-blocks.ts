import type { types } from '@slack/bolt';
import type { StepAttempt } from '../../domain/incident.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Budget } from './clip.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, quote, richText, text, time, who } from './rich-text.ts';

const MOST_NAMED = 12;

/** What the first of two people approved, for the second to read: it cannot be changed, only taken back. */
export function approvalBlocks(
  plan: Plan,
  approval: NonNullable<StepAttempt['approval']>,
  budget: Budget,
): types.RichTextBlock[] {
  const { by, at, selection } = approval;
  const chosen = plan.targets.filter(({ id }) => selection.targets.includes(id));
  const left = plan.targets.length - chosen.length;
  const shown = chosen.slice(0, MOST_NAMED);
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
            bold(`Chosen: ${chosen.length} of ${plan.targets.length}`),
            text(left === 0 ? '' : `, ${left} left out`),
          ),
          bullets(shown.map(({ label }) => line(text(budget.take(label, 120))))),
          ...rest(chosen.length - shown.length, 'chosen targets'),
        ]),
    ...plan.choices.map(({ id, label, options }) => {
      const answer = options.find(({ value }) => value === selection.choices[id]);
      return line(bold(`${budget.take(label, 200)} `), text(budget.take(answer?.label ?? '', 100)));
    }),
  );
}
