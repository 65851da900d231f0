import type { types } from '@slack/bolt';
import { whyPassedBy } from '../../domain/branch.ts';
import { currentRun, type Incident } from '../../domain/incident.ts';
import { causeName } from '../../words/cause-name.ts';
import { type Budget, createBudget } from './clip.ts';
import { modal } from './modal.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, richText, text } from './rich-text.ts';

const MOST_LINES = 15;

/** Why what people think of first is not what to do: actions that do not help against this cause, and steps passed by. */
export function whyNotModal(incident: Incident): types.ModalView {
  const budget = createBudget();
  const [cause] = incident.causes;
  const parts: Part[] =
    cause === undefined
      ? [line(text('No cause is named yet, so nothing can be said about what will not help.'))]
      : [
          line(bold('Cause: '), text(budget.take(causeName(cause), 400))),
          ...list('Will not help', cause.wontHelp, budget),
          ...list('Helps, in this order', cause.helps, budget),
          ...list('Steps that are not taken', notTaken(incident), budget),
        ];
  return modal({ id: 'why-not', title: 'Why not …', blocks: richText(...parts) });
}

/** Steps of the runbook that are for other causes, or that had nothing to do, each with the reason. */
function notTaken(incident: Incident): string[] {
  const run = currentRun(incident);
  if (run === undefined) return [];
  return run.runbook.steps.flatMap((step) => {
    const last = run.attempts.findLast((attempt) => attempt.step.id === step.id);
    const isPassedBy = whyPassedBy(incident, { step, wanted: last?.wanted ?? false }) !== null;
    const idle =
      last?.status === 'skipped' && last.closing?.by.kind === 'system' ? last.closing.reason : null;
    // The cause stands above: it is not said again for each step.
    const reason = isPassedBy ? `for another cause (${step.for.join(', ')}).` : idle;
    return reason === null ? [] : [`“${step.title}”: ${reason}`];
  });
}

function list(title: string, items: readonly string[], budget: Budget): Part[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, MOST_LINES);
  return [
    line(bold(title)),
    bullets(shown.map((one) => line(text(budget.take(one, 400))))),
    ...rest(items.length - shown.length, 'lines', 'line'),
  ];
}
