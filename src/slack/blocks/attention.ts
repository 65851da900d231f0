import type { types } from '@slack/bolt';
import type { Run, StepAttempt } from '../../domain/incident.ts';
import type { RunbookStep } from '../../domain/runbook.ts';
import { abortButton, backButton, buttons, continueButton, retryButton, skipButton } from './buttons.ts';
import type { ClickValue } from './click-value.ts';
import { type Budget, clip } from './clip.ts';
import { outcomeBlocks, verdictBlocks } from './outcome-blocks.ts';
import { bold, line, quote, richText, text } from './rich-text.ts';

const PHASES = {
  plan: 'The plan could not be made',
  recheck: 'The world could not be checked again',
  execute: 'The step failed',
  verify: 'The result could not be measured',
  reconcile: 'It is not known whether the step took effect',
} as const;

/** A step that failed or proved nothing: what happened, and every way on. */
export function attentionBlocks(
  { run, attempt }: { run: Run; attempt: StepAttempt },
  value: ClickValue,
  budget: Budget,
): types.KnownBlock[] {
  const { fault, verdict, outcome } = attempt;
  const back = earlierStep(run, attempt);
  return [
    ...(fault === null
      ? []
      : richText(
          quote(text('❌ '), bold(`${PHASES[fault.phase]}: `), text(budget.take(fault.message, 600))),
          line(bold('What to do: '), text(`${budget.take(fault.hint, 400)} (${clip(fault.code, 40)})`)),
        )),
    ...(outcome === null ? [] : outcomeBlocks(outcome, budget)),
    ...(verdict === null ? [] : verdictBlocks(verdict, budget)),
    ...richText(line(bold('By hand: '), text(budget.take(attempt.step.byHand, 500)))),
    ...buttons(
      retryButton(value),
      ...(back === undefined ? [] : [backButton(value, back)]),
      continueButton(value, fault?.message ?? verdict?.evidence ?? 'The step is not proved to have helped.'),
      skipButton(value),
      abortButton(value),
    ),
  ];
}

/** The step that the verdict points back to, or the last one that was skipped before this one. */
function earlierStep(run: Run, attempt: StepAttempt): RunbookStep | undefined {
  const index = run.runbook.steps.findIndex(({ id }) => id === attempt.step.id);
  const earlier = run.runbook.steps.slice(0, Math.max(0, index));
  const named = earlier.find(({ id }) => id === attempt.verdict?.goBackTo);
  return named ?? earlier.findLast(({ id }) => lastTry(run, id)?.status === 'skipped');
}

function lastTry(run: Run, step: string): StepAttempt | undefined {
  return run.attempts.findLast((attempt) => attempt.step.id === step);
}
