import type { Incident, StepAttempt } from '../domain/incident.ts';
import type { Outcome, Table, Verdict } from '../domain/outcome.ts';
import type { Situation } from '../domain/situation.ts';
import { causeName } from '../words/cause-name.ts';
import { failedPhases } from '../words/phases.ts';
import { sparklines } from '../words/sparkline.ts';
import { type Line, labelled, listed, say, verbatim } from './lines.ts';

const MOST_ROWS = 15;

/** What a step did or found. Pure. */
export function outcomeLines({ summary, done, skipped, facts, table, causes }: Outcome): Line[] {
  const [first, ...others] = causes;
  return [
    say(summary, { style: 'title' }),
    ...(first === undefined ? [] : [...listed('Why:', first.evidence), ...listed('Helps:', first.helps)]),
    ...listed('Also possible:', others.map(causeName)),
    ...listed(
      'Done:',
      done.map(({ target, detail }) => `${target}: ${detail}`),
    ),
    ...listed(
      'Not done:',
      skipped.map(({ target, reason }) => `${target}: ${reason}`),
    ),
    ...labelled('Measured', facts.map(({ name, value }) => `${name} ${value}`).join(' · ')),
    ...(table === null ? [] : tableLines(table)),
  ];
}

/** Each row as a paragraph: a wide table is not readable in 80 columns. */
function tableLines({ columns, rows }: Table): Line[] {
  const shown = rows.slice(0, MOST_ROWS);
  const left = rows.length - shown.length;
  return [
    ...shown.map((cells) =>
      say(
        cells
          .map((cell, index) => (index === 0 || cell === '' ? cell : `${columns[index] ?? ''} ${cell}`))
          .filter((cell) => cell !== '')
          .join(' · '),
        { mark: '- ', indent: 1 },
      ),
    ),
    ...(left > 0 ? [say(`and ${left} more`, { indent: 3 })] : []),
  ];
}

const VERDICTS = {
  passed: 'Verified',
  failed: 'It did not help',
  inconclusive: 'Not proved',
} as const;

/** What measurement says of it. */
export function verdictLines({ status, evidence, series, situation }: Verdict): Line[] {
  return [
    say(evidence, { mark: `${VERDICTS[status]}: `, style: status === 'passed' ? 'title' : 'warning' }),
    ...(series.length === 0 ? [] : verbatim(sparklines(series))),
    ...(situation === undefined ? [] : situationLines(situation)),
  ];
}

/** Why a step stopped, what is known, and what to do. */
export function faultLines(fault: NonNullable<StepAttempt['fault']>): Line[] {
  return [
    say(fault.message, { mark: `${failedPhases[fault.phase]}: `, style: 'warning' }),
    ...labelled('What to do', `${fault.hint} (${fault.code})`),
    ...(fault.situation === undefined ? [] : situationLines(fault.situation)),
  ];
}

function situationLines({ known, unknown, done, next }: Situation): Line[] {
  return [
    ...listed(
      'Known:',
      known.map(({ name, value }) => `${name}: ${value}`),
    ),
    ...listed('Not known:', unknown),
    ...listed('Done and not done:', done),
    ...next.flatMap(({ label, text }) => [say(label, { style: 'title' }), ...verbatim(text)]),
  ];
}

/** The evidence behind the diagnosis: why this cause, why this culprit, what would settle it. */
export function explainLines({ causes }: Incident): Line[] {
  if (causes.length === 0) return [say('Nothing has been diagnosed yet.')];
  return causes.flatMap((cause) => [
    say(causeName(cause), { style: 'title' }),
    ...listed('Evidence:', cause.evidence),
    ...listed(
      'Who is behind it, and how that is known:',
      (cause.culprit?.evidence ?? []).map(({ strength, text }) => `${text} (${strength})`),
    ),
    ...listed('What would settle it:', cause.settles),
  ]);
}

/** What will not help and why, and which steps are for other causes. */
export function whyNotLines(incident: Incident): Line[] {
  const [cause] = incident.causes;
  if (cause === undefined) return [say('Nothing has been diagnosed yet: no action is ruled out.')];
  const passedBy = (incident.runs.at(-1)?.attempts ?? []).flatMap(({ step, closing }) =>
    closing?.passedBy === true ? [`${step.title}: for another cause (${step.for.join(', ')}).`] : [],
  );
  return [
    ...listed('Helps, in order:', cause.helps),
    ...listed('Will not help:', cause.wontHelp),
    ...listed('Steps that are passed by:', passedBy),
  ];
}
