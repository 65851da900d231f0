import type { types } from '@slack/bolt';
import type { Plan } from '../../domain/plan.ts';
import type { Budget } from './clip.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, quote, richText, text } from './rich-text.ts';

const MOST_LINES = 10;

/** One sentence: what would be done. */
export function summaryBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  return richText(line(bold(budget.take(plan.summary, 600))));
}

/** What people notice, how it is undone, and what stays as it is. */
export function effectBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  return richText(
    line(bold('Impact: '), text(budget.take(plan.impact, 400))),
    line(bold('Undo: '), text(budget.take(plan.undo, 400))),
    ...unsolved(plan.wontSolve ?? [], budget),
  );
}

/** What must be known before deciding. */
export function warningBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  const shown = plan.warnings.slice(0, MOST_LINES);
  return richText(
    ...shown.map((warning) => quote(text('⚠️ '), bold(budget.take(warning, 500)))),
    ...rest(plan.warnings.length - shown.length, 'warnings', 'warning'),
  );
}

/** What differs from the plan that was on the screen before. */
export function differsBlocks(differs: readonly string[], budget: Budget): types.RichTextBlock[] {
  if (differs.length === 0) return [];
  const shown = differs.slice(0, MOST_LINES);
  return richText(
    line(bold('🔁 What changed since the last plan'), text(' · nothing was done, please decide again')),
    bullets(shown.map((difference) => line(text(budget.take(difference, 300))))),
    ...rest(differs.length - shown.length, 'changes', 'change'),
  );
}

function unsolved(sentences: readonly string[], budget: Budget): Part[] {
  if (sentences.length === 0) return [];
  return [line(bold('Will not solve: '), text(budget.take(sentences.join(' '), 400)))];
}
