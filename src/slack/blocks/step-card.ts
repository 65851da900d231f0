import type { types } from '@slack/bolt';
import { cardHash } from '../../domain/card-hash.ts';
import { isEnd, type Run, type StepAttempt } from '../../domain/incident.ts';
import { type Plan, planHash } from '../../domain/plan.ts';
import { approvalBlocks } from './approval-blocks.ts';
import { attentionBlocks, earlierStep } from './attention.ts';
import {
  abortButton,
  backButton,
  buttons,
  firstButton,
  runButton,
  secondButton,
  skipButton,
  withdrawButton,
} from './buttons.ts';
import type { CardInput } from './card-input.ts';
import type { ClickValue } from './click-value.ts';
import { type Budget, clip, createBudget } from './clip.ts';
import { commandBlocks } from './command-blocks.ts';
import { outcomeBlocks, progressBlocks, verdictBlocks } from './outcome-blocks.ts';
import { choicePickers, targetPicker } from './pickers.ts';
import { differsBlocks, effectBlocks, excludedBlocks, summaryBlocks, warningBlocks } from './plan-blocks.ts';
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
  if (isEnd(attempt.status)) return [...head, ...endedBlocks(attempt, budget)];
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
  // What must never be cut is built first, so that it takes from the budget first.
  const differs = differsBlocks(attempt.differs, budget);
  const summary = summaryBlocks(plan, budget);
  const warnings = warningBlocks(plan, budget);
  const pickers =
    approval === null
      ? [...targetPicker(plan, hash, budget), ...choicePickers(plan, hash, budget)]
      : approvalBlocks(plan, approval, budget);
  return [
    ...differs,
    ...summary,
    ...warnings,
    ...effectBlocks(plan, budget),
    ...targetBlocks(plan, budget),
    ...commandBlocks(plan, budget),
    ...excludedBlocks(plan, budget),
    ...pickers,
    ...buttons(...runButtons(input, plan), ...wayOut(input)),
  ];
}

function runButtons(input: CardInput, plan: Plan): types.Button[] {
  const { attempt, actionClass } = input;
  const value = clickValue(input);
  if (attempt.step.confirm !== 'two') return [runButton(plan, value, actionClass)];
  return attempt.approval === null
    ? [firstButton(plan, value, actionClass)]
    : [secondButton(plan, value, attempt.approval, actionClass), withdrawButton(value)];
}

function runningBlocks(input: CardInput, budget: Budget): types.KnownBlock[] {
  const { attempt, progress } = input;
  const own = progress?.step === attempt.step.id && progress.attempt === attempt.attempt ? progress : null;
  const summary = attempt.plan === null ? [] : richText(line(bold(budget.take(attempt.plan.summary, 600))));
  return [
    ...(attempt.outcome === null ? summary : outcomeBlocks(attempt.outcome, budget)),
    ...(own === null ? [] : progressBlocks(own.progress, budget)),
    ...(attempt.status === 'executing' ? [] : buttons(...wayBack(input), abortButton(clickValue(input)))),
  ];
}

/** Short: what came of it. A step without an outcome says why it ended and what was not done. */
function endedBlocks(attempt: StepAttempt, budget: Budget): types.KnownBlock[] {
  const { outcome, verdict, plan, fault } = attempt;
  if (outcome !== null) {
    return [...outcomeBlocks(outcome, budget), ...(verdict === null ? [] : verdictBlocks(verdict, budget))];
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
