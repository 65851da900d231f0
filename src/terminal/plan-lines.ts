import type { StepAttempt } from '../domain/incident.ts';
import { type Plan, proposedSelection, type Selection, type Target } from '../domain/plan.ts';
import { actorName } from '../domain/told.ts';
import { BLANK, type Line, labelled, listed, say, verbatim } from './lines.ts';
import type { TellTime } from './tell-time.ts';

/** Rows of statements and targets that a card shows; the rest is a key away. */
const MOST_ROWS = 14;
const MOST_TARGETS = 12;
const MOST_EXCLUDED = 8;

/** What a plan would do, exactly: enough to decide on. Pure. */
export function planLines(plan: Plan, attempt: StepAttempt, time: TellTime): Line[] {
  const selection = attempt.approval?.selection ?? proposedSelection(plan);
  return [
    ...attempt.differs.map((difference) =>
      say(difference, { mark: 'Changed since the last plan: ', style: 'warning' }),
    ),
    say(plan.summary, { style: 'title' }),
    ...plan.warnings.map((warning) => say(warning, { mark: '! ', style: 'warning' })),
    ...labelled('Impact', plan.impact),
    ...labelled('Undo', plan.undo),
    ...approvalLines(attempt, time),
    ...targetLines(plan, selection),
    ...choiceLines(plan, selection),
    ...statementLines(plan, MOST_ROWS),
    ...excludedLines(plan),
  ];
}

function approvalLines({ approval }: StepAttempt, time: TellTime): Line[] {
  if (approval === null) return [];
  const text = `${actorName(approval.by)} approved this at ${time(approval.at)}. Nothing has run: a second person is awaited.`;
  return [say(text, { mark: '! ', style: 'warning' })];
}

function targetLines({ targets }: Plan, selection: Selection): Line[] {
  if (targets.length === 0) return [];
  const chosen = targets.filter(({ id }) => selection.targets.includes(id)).length;
  const shown = targets.slice(0, MOST_TARGETS);
  const left = targets.length - shown.length;
  return [
    BLANK,
    say(`Acts on ${chosen} of ${targets.length}:`, { style: 'title' }),
    ...shown.flatMap((target) => targetLine(target, selection.targets.includes(target.id))),
    ...(left > 0
      ? [say(`and ${left} more: choose "Change what it acts on" to see them`, { indent: 4 })]
      : []),
  ];
}

function targetLine({ label, why, owner, facts }: Target, chosen: boolean): Line[] {
  const about = [
    owner === null ? 'owner unknown' : owner,
    why,
    ...facts.map(({ name, value }) => `${name} ${value}`),
  ];
  return [
    say(label, { mark: chosen ? '[x] ' : '[ ] ' }),
    say(about.join(' · '), { indent: 4, style: 'faint' }),
  ];
}

function choiceLines({ choices }: Plan, selection: Selection): Line[] {
  return choices.flatMap(({ id, label, options }) => {
    const answer = options.find(({ value }) => value === selection.choices[id]);
    return answer === undefined ? [] : [say(`${answer.label}: ${answer.consequence}`, { mark: `${label} ` })];
  });
}

/** The exact statements and patches, as they would be sent; `most` rows of them. */
function statementLines({ commands }: Plan, most = Number.POSITIVE_INFINITY): Line[] {
  if (commands.length === 0) return [];
  const rows = commands.flatMap(({ label, text }) => [say(label, { indent: 1 }), ...verbatim(text, 3)]);
  const shown = rows.slice(0, most);
  const left = rows.length - shown.length;
  return [
    BLANK,
    say('Exactly this is sent:', { style: 'title' }),
    ...shown,
    ...(left > 0 ? [say(`and ${left} more lines: choose "Show every statement"`, { indent: 3 })] : []),
  ];
}

function excludedLines({ excluded }: Plan): Line[] {
  const shown = excluded.slice(0, MOST_EXCLUDED).map(({ label, reason }) => `${label}: ${reason}`);
  const left = excluded.length - shown.length;
  return [
    ...(excluded.length === 0 ? [] : [BLANK]),
    ...listed('Left alone:', [...shown, ...(left > 0 ? [`and ${left} more`] : [])]),
  ];
}

/** Every target with its statement, for people who want to read all of it. */
export function everyStatement(plan: Plan): Line[] {
  return [
    ...statementLines(plan),
    ...plan.targets.flatMap(({ label, sql }) =>
      sql === null ? [] : [BLANK, say(label, { style: 'title' }), ...verbatim(sql)],
    ),
  ];
}
