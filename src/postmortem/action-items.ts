import type { Incident } from '../domain/incident.ts';
import type { Measured } from '../domain/post-mortem.ts';
import { plain } from './markdown.ts';
import { stillSuspended } from './still-suspended.ts';

/** What was done, ticked; and what is left to do, each with the audit that holds it, or with the word that none does. */
export function actionItems(incident: Incident, measured: Measured | null): string[] {
  const attempts = incident.runs.flatMap((run) => run.attempts);
  const done = attempts.flatMap(({ decision, outcome, plan }) =>
    decision?.by.kind === 'person' && outcome !== null && plan !== null && plan.targets.length > 0
      ? [outcome.summary]
      : [],
  );
  const left = attempts.flatMap(
    ({ outcome }) => outcome?.skipped.map(({ target, reason }) => `${target}: ${reason}`) ?? [],
  );
  const found = (measured?.factors ?? []).map(
    ({ remedy, subject, audit }) =>
      `- [ ] ${plain(remedy)} (${plain(subject)}). Held by the audit \`${audit}\`: it stays red until this is done`,
  );
  const advised = incident.causes[0]?.helps ?? [];
  const suspended = stillSuspended(incident).map((name) => `CronJob ${name} is still suspended: resume it.`);
  return [
    ...group(
      'Immediate (completed)',
      done.map((text) => `- [x] ${plain(text)}`),
    ),
    ...group('Guardrails (found missing by the audits)', found),
    ...group('Still open from the incident', [...suspended, ...left].map(toDo)),
    ...group('What helps against this cause', advised.map(toDo)),
    ...group('Later', ['- [ ] _For people to write: what only they can plan._']),
  ];
}

/** Without an audit that stays red until it is done, a person has to look after it. */
function toDo(text: string): string {
  return `- [ ] ${plain(text)} (_no audit holds this_)`;
}

function group(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, '', ...lines, ''];
}
