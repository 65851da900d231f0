import type { types } from '@slack/bolt';
import { cardHash } from '../../domain/card-hash.ts';
import { isEnd, type Run, type StepAttempt } from '../../domain/incident.ts';
import { type Plan, planHash, type Selection, shownSelection } from '../../domain/plan.ts';
import { skippedDiagnosis } from '../../words/no-cause.ts';
import { approvalBlocks } from './approval-blocks.ts';
import { attentionBlocks, earlierStep } from './attention.ts';
import {
  abortButton,
  backButton,
  buttons,
  explainButton,
  firstButton,
  runButton,
  secondButton,
  skipButton,
  statementButtons,
  targetsButton,
  whyNotButton,
  withdrawButton,
} from './buttons.ts';
import type { CardInput } from './card-input.ts';
import type { ClickValue } from './click-value.ts';
import { type Budget, clip, createBudget } from './clip.ts';
import { outcomeBlocks, progressBlocks, verdictBlocks } from './outcome-blocks.ts';
import { choicePickers } from './pickers.ts';
import { differsBlocks, effectBlocks, summaryBlocks, warningBlocks } from './plan-blocks.ts';
import { bold, line, richText, text } from './rich-text.ts';
import { stateLine } from './state-line.ts';
import { targetBlocks } from './target-blocks.ts';
import { header } from './text-objects.ts';

/** `Step 3 of 6 · Suspend the CronJob`, with the number of the try after the first. */
export function cardTitle(run: Run, attempt: StepAttempt): string {
  const steps = run.runbook.steps;
  const number = steps.findIndex(({ id }) => id === attempt.step.id) + 1;
  const again = attempt.attempt > 1 ? ` · try ${attempt.attempt}` : '';
  return `Step ${number} of ${steps.length} · ${clip(attempt.step.title, 100)}${again}`;
}

/** The card of one try of one step, for every state. Pure. */
export function stepCard(input: CardInput): types.KnownBlock[] {
  const budget = createBudget();
  const { attempt } = input;
  const head = [header(cardTitle(input.run, attempt)), stateLine(attempt)];
  if (isEnd(attempt.status)) return [...head, ...endedBlocks(input, budget)];
  switch (attempt.status) {
    case 'awaiting':
      return [...head, ...awaitingBlocks(input, budget)];
    case 'attention':
      return [...head, ...attentionBlocks(input, clickValue(input), budget)];
    case 'planning':
      return [...head, ...planningBlocks(attempt, budget), ...buttons(...wayOut(input))];
    default:
      return [...head, ...runningBlocks(input, budget)];
  }
}

function clickValue({ incidentId, attempt }: CardInput): ClickValue {
  return { i: incidentId, s: attempt.step.id, a: attempt.attempt, h: cardHash(attempt), t: null };
}

function wayOut(input: CardInput): types.Button[] {
  return [skipButton(clickValue(input)), abortButton(clickValue(input))];
}

/** Says why the plan that stood here is gone. */
function planningBlocks(attempt: StepAttempt, budget: Budget): types.KnownBlock[] {
  if (attempt.plan === null) return [];
  const gone = 'The plan that stood here is no longer valid; nothing was done. A fresh one is on its way.';
  return [...richText(line(text(gone))), ...differsBlocks(attempt.differs, budget)];
}

/** While a result is measured nobody has to wait for its end to take up a step that was skipped. */
function wayBack(input: CardInput): types.Button[] {
  const { back } = earlierStep(input.run, input.attempt);
  return input.attempt.status === 'verifying' && back !== undefined
    ? [backButton(clickValue(input), back, false)]
    : [];
}

function awaitingBlocks(input: CardInput, budget: Budget): types.KnownBlock[] {
  const { attempt } = input;
  const { plan, approval } = attempt;
  if (plan === null || attempt.hash === null) return buttons(...wayOut(input));
  // What is picked stays picked when the same plan is made again.
  const hash = planHash(plan);
  const shown = approval?.selection ?? shownSelection(plan, attempt.chosen);
  // What fits of the table is always the same; then what must never be cut takes from the budget.
  const targets = targetBlocks(
    plan,
    shown.targets,
    approval === null ? attempt.chosen : null,
    budget,
    input.filed.plan,
  );
  const differs = differsBlocks(attempt.differs, budget);
  const summary = summaryBlocks(plan, budget);
  const warnings = warningBlocks(plan, budget);
  const asks = approval === null ? choicePickers(plan, hash, budget) : approvalBlocks(plan, approval, budget);
  return [
    ...differs,
    ...summary,
    ...warnings,
    ...effectBlocks(plan, budget),
    ...targets,
    ...asks,
    ...buttons(...runButtons(input, plan, shown), ...wayOut(input)),
    ...buttons(...readingButtons(input, plan)),
  ];
}

/** The ways to decide. Without a target there is nothing to run: one has to be chosen first. */
function runButtons(input: CardInput, plan: Plan, shown: Selection): types.Button[] {
  const { attempt, actionClass } = input;
  const value = clickValue(input);
  const asked = { value, shown, actionClass };
  if (attempt.approval !== null) {
    return [secondButton(plan, asked, attempt.approval), withdrawButton(value)];
  }
  if (plan.targets.length > 0 && shown.targets.length === 0) return [targetsButton(value, true)];
  const run = attempt.step.confirm === 'two' ? firstButton(plan, asked) : runButton(plan, asked);
  return [run, ...(plan.targets.length > 1 ? [targetsButton(value, false)] : [])];
}

/** What can be read before deciding, and the way back to a diagnosis that was skipped: "Explain" has nothing without it. */
function readingButtons(input: CardInput, plan: Plan): types.Button[] {
  const value = clickValue(input);
  const reading = statementButtons(plan, value);
  if (input.actionClass === 'observe') return reading;
  const skipped = skippedDiagnosis(input.run);
  const back = skipped === null ? [] : [backButton(value, skipped, false)];
  return [...reading, explainButton(value), whyNotButton(value), ...back];
}

function runningBlocks(input: CardInput, budget: Budget): types.KnownBlock[] {
  const { attempt, progress } = input;
  const own = progress?.step === attempt.step.id && progress.attempt === attempt.attempt ? progress : null;
  const summary = attempt.plan === null ? [] : richText(line(bold(budget.take(attempt.plan.summary, 600))));
  return [
    ...(attempt.outcome === null ? summary : outcomeBlocks(attempt.outcome, budget, input.filed.result)),
    ...(own === null ? [] : progressBlocks(own.progress, budget)),
    ...(attempt.status === 'executing' ? [] : buttons(...wayBack(input), abortButton(clickValue(input)))),
  ];
}

/** Short: what came of it. A step without an outcome says why it ended and what was not done. */
function endedBlocks({ attempt, filed }: CardInput, budget: Budget): types.KnownBlock[] {
  const { outcome, verdict, plan, fault } = attempt;
  if (outcome !== null) {
    return [
      ...outcomeBlocks(outcome, budget, filed.result),
      ...(verdict === null ? [] : verdictBlocks(verdict, budget)),
    ];
  }
  const nothing = plan?.nothingToDo ?? null;
  const undone = plan === null || nothing !== null ? [] : [`Not done: ${plan.summary}`];
  const said = [
    ...(nothing === null ? [] : [nothing]),
    ...(fault === null ? [] : [fault.message]),
    ...undone,
  ];
  return richText(...said.map((one) => line(text(budget.take(one, 500)))));
}
