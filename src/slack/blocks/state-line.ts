import type { types } from '@slack/bolt';
import type { StepAttempt } from '../../domain/incident.ts';
import { stateOf } from '../../words/states.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { code, type Inline, text, time, who } from './rich-text.ts';

/** The state of a try, since when, and who decided what. */
export function stateLine(attempt: StepAttempt): types.ContextBlock {
  const { sign, word } = stateOf(attempt);
  return contextLine(
    text(`${sign} ${word}`),
    ...since(attempt),
    ...decidedBy(attempt),
    ...forced(attempt),
    ...closedBy(attempt),
    ...(attempt.hash === null ? [] : [text(' · plan '), code(attempt.hash.slice(0, 8))]),
  );
}

function since(attempt: StepAttempt): Inline[] {
  const { plannedAt, intendedAt, completedAt, endedAt } = attempt.times;
  const waiting = attempt.status === 'awaiting';
  const at = endedAt ?? completedAt ?? intendedAt ?? plannedAt;
  if (at === undefined) return [];
  const until =
    waiting && attempt.expiresAt !== null ? [text(', valid until '), time(attempt.expiresAt)] : [];
  return [text(attempt.times.endedAt === undefined ? ' since ' : ' at '), time(at), ...until];
}

function decidedBy(attempt: StepAttempt): Inline[] {
  const { decision, approval } = attempt;
  if (decision === null) {
    return approval === null
      ? []
      : [text(' · first approved by '), who(approval.by), text(' '), time(approval.at)];
  }
  const { by, at } = decision;
  if (by.kind === 'system') return [text(' · run by the runbook without asking: it only reads')];
  const first = approval === null ? [] : [who(approval.by), text(' and ')];
  return [text(` · Run${onHowMany(attempt)} · approved by `), ...first, who(by), text(' '), time(at)];
}

/** ` on 7 of 8`: what was decided, in numbers. */
function onHowMany({ plan, decision }: StepAttempt): string {
  const all = plan?.targets.length ?? 0;
  return all === 0 ? '' : ` on ${decision?.selection.targets.length ?? 0} of ${all}`;
}

/** Who was not on the list and decided all the same, and why. */
function forced({ decision, approval }: StepAttempt): Inline[] {
  return [approval, decision].flatMap((one): Inline[] =>
    one?.breakGlass === undefined
      ? []
      : [
          text(' · 🚨 break-glass by '),
          who(one.by),
          text(`, who is not on the list: ${clip(one.breakGlass.reason, 300)}`),
        ],
  );
}

function closedBy({ closing, plan }: StepAttempt): Inline[] {
  if (closing === null) return [];
  const { by, reason } = closing;
  if (reason === plan?.nothingToDo) return [text(' · nothing to do')];
  if (by.kind === 'person' && /\bby a person\.$/.test(reason)) return [text(' · by '), who(by)];
  return [text(' · '), who(by), text(`: ${clip(reason, 300)}`)];
}
