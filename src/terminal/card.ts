import { isEnd, type Run, type StepAttempt } from '../domain/incident.ts';
import { actorName } from '../domain/told.ts';
import { stateOf } from '../words/states.ts';
import { BLANK, type Line, say, verbatim } from './lines.ts';
import { planLines } from './plan-lines.ts';
import { faultLines, outcomeLines, verdictLines } from './result-lines.ts';
import type { TellTime } from './tell-time.ts';

/** What a person reads of one try of a step as it stands now. Pure. */
export function cardLines(run: Run, attempt: StepAttempt, time: TellTime): Line[] {
  return [BLANK, say(cardTitle(run, attempt), { mark: '== ', style: 'title' }), ...bodyOf(attempt, time)];
}

function cardTitle({ runbook }: Run, attempt: StepAttempt): string {
  const number = runbook.steps.findIndex(({ id }) => id === attempt.step.id) + 1;
  const again = attempt.attempt > 1 ? ` · try ${attempt.attempt}` : '';
  return `Step ${number} of ${runbook.steps.length} · ${attempt.step.title}${again} · ${stateOf(attempt).word}`;
}

function bodyOf(attempt: StepAttempt, time: TellTime): Line[] {
  const { status, plan, fault, verdict, outcome } = attempt;
  if (status === 'awaiting' && plan !== null) return planLines(plan, attempt, time);
  if (status === 'attention') {
    return [
      ...(fault === null ? [] : faultLines(fault)),
      ...(verdict === null ? [] : verdictLines(verdict)),
      ...(outcome === null ? [] : outcomeLines(outcome)),
    ];
  }
  if (isEnd(status)) {
    return [
      ...closingLines(attempt),
      ...(outcome === null ? [] : outcomeLines(outcome)),
      ...(verdict === null ? [] : verdictLines(verdict)),
    ];
  }
  return status === 'executing' ? decidedLines(attempt, time) : [];
}

function closingLines({ closing }: StepAttempt): Line[] {
  return closing === null ? [] : [say(`${actorName(closing.by)}: ${closing.reason}`)];
}

function decidedLines({ decision, approval }: StepAttempt, time: TellTime): Line[] {
  if (decision === null) return [];
  if (decision.by.kind === 'system') return [say('Run by the runbook without asking: it only reads.')];
  const names = [...(approval === null ? [] : [approval.by]), decision.by].map(actorName);
  return [say(`Decided by ${names.join(' and ')} at ${time(decision.at)}.`)];
}

/** The runbook's own words for doing the step without Firebreak. */
export function byHandLines({ step }: StepAttempt): Line[] {
  return [say('By hand, as the runbook says:', { style: 'title' }), ...verbatim(step.byHand.trimEnd())];
}
