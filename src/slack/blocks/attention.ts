import type { types } from '@slack/bolt';
import type { Run, StepAttempt } from '../../domain/incident.ts';
import type { RunbookStep } from '../../domain/runbook.ts';
import { failedPhases } from '../../words/phases.ts';
import { abortButton, backButton, buttons, continueButton, retryButton, skipButton } from './buttons.ts';
import type { CardInput } from './card-input.ts';
import type { ClickValue } from './click-value.ts';
import { type Budget, clip } from './clip.ts';
import { outcomeBlocks, progressBlocks, verdictBlocks } from './outcome-blocks.ts';
import { bold, line, preformatted, quote, richText, text } from './rich-text.ts';
import { situationBlocks } from './situation-blocks.ts';

const READING_FAILED = 'Not everything that is needed could be read; nothing was changed';

const BY_HAND = 450;

/** A step that failed or proved nothing: what happened, what to do next, and every way on. */
export function attentionBlocks(
  { run, attempt, actionClass, progress, filed }: CardInput,
  value: ClickValue,
  budget: Budget,
): types.KnownBlock[] {
  const { fault, verdict, outcome } = attempt;
  const { back, wanted } = earlierStep(run, attempt);
  const goBack = back === undefined ? [] : [backButton(value, back, wanted)];
  const { facts, commands } = situationBlocks(fault?.situation ?? verdict?.situation, budget);
  return [
    ...(fault === null ? [] : faultBlocks(fault, actionClass === 'observe', budget)),
    ...(verdict === null ? [] : verdictBlocks(verdict, budget)),
    ...facts,
    ...(fault === null ? [] : hintBlocks(fault, budget)),
    ...(fault === null && verdict !== null ? adviceBlocks(verdict, wanted ? back : undefined, budget) : []),
    ...ownProgress(attempt, progress, budget),
    ...(outcome === null ? [] : outcomeBlocks(outcome, budget, filed.result)),
    ...(wanted ? [] : commands),
    // Whoever has to go back first needs no instructions for this step yet.
    ...(wanted ? [] : byHandBlocks(attempt.step, budget)),
    ...buttons(
      ...(wanted ? goBack : []),
      retryButton(value, !wanted),
      ...(wanted ? [] : goBack),
      continueButton(value, fault?.message ?? verdict?.evidence ?? 'The step is not proved to have helped.'),
      skipButton(value),
      abortButton(value),
    ),
  ];
}

type ShownFault = NonNullable<StepAttempt['fault']>;

function faultBlocks({ phase, message }: ShownFault, reads: boolean, budget: Budget): types.RichTextBlock[] {
  const what = reads && phase === 'execute' ? READING_FAILED : failedPhases[phase];
  return richText(quote(text('❌ '), bold(`${what}. `), text(budget.take(message, 600))));
}

function hintBlocks({ hint, code }: ShownFault, budget: Budget): types.RichTextBlock[] {
  return richText(
    line(
      bold('What to do: '),
      text(`${budget.take(hint, 500)} Try again begins with a fresh plan. (${clip(code, 40)})`),
    ),
  );
}

/** What was noticed since the step stopped, such as a server that answers again. */
function ownProgress(
  { step, attempt }: StepAttempt,
  progress: CardInput['progress'],
  budget: Budget,
): types.RichTextBlock[] {
  return progress?.step === step.id && progress.attempt === attempt && progress.progress.afterwards === true
    ? progressBlocks(progress.progress, budget)
    : [];
}

function adviceBlocks(
  { status }: NonNullable<StepAttempt['verdict']>,
  back: RunbookStep | undefined,
  budget: Budget,
): types.RichTextBlock[] {
  const advice =
    back !== undefined
      ? `Go back to “${budget.take(back.title, 80)}” and run it; this step comes round again after it.`
      : status === 'inconclusive'
        ? 'Look for yourself. Try again to measure anew, or go on if you are satisfied.'
        : 'Try again: it begins with a fresh plan. If that does not help either, do it by hand as below.';
  return richText(line(bold('What to do: '), text(advice)));
}

/** What the runbook says, in its own lines. */
function byHandBlocks({ byHand }: RunbookStep, budget: Budget): types.RichTextBlock[] {
  if (byHand.trim() === '') return [];
  const more = byHand.length > BY_HAND ? ' (the whole is in the runbook)' : '';
  return richText(line(bold('By hand'), text(more)), preformatted(budget.take(byHand, BY_HAND)));
}

/** The step that the verdict points back to, which is `wanted`, or the last one that was skipped before this one. */
export function earlierStep(
  run: Run,
  attempt: StepAttempt,
): { back: RunbookStep | undefined; wanted: boolean } {
  const index = run.runbook.steps.findIndex(({ id }) => id === attempt.step.id);
  const earlier = run.runbook.steps.slice(0, Math.max(0, index));
  const named = earlier.find(({ id }) => id === attempt.verdict?.goBackTo);
  const skipped = earlier.findLast(({ id }) => lastTry(run, id)?.status === 'skipped');
  return { back: named ?? skipped, wanted: named !== undefined };
}

function lastTry(run: Run, step: string): StepAttempt | undefined {
  return run.attempts.findLast((attempt) => attempt.step.id === step);
}
