import type { FollowUpDraft } from '../domain/follow-up.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measured } from '../domain/post-mortem.ts';
import { plain } from './markdown.ts';
import { stillSuspended } from './still-suspended.ts';

/** What is left to do after an incident, by the heading under which the post-mortem lists it. */
interface OpenItems {
  readonly guardrails: readonly FollowUpDraft[];
  readonly fromIncident: readonly FollowUpDraft[];
}

function openItems(incident: Incident, measured: Measured | null): OpenItems {
  const { id, database } = incident;
  const attempts = incident.runs.flatMap((run) => run.attempts);
  const left = attempts.flatMap(
    ({ outcome }) => outcome?.skipped.map(({ target, reason }) => `${target}: ${reason}`) ?? [],
  );
  const suspended = stillSuspended(incident).map((name) => `CronJob ${name} is still suspended: resume it.`);
  const toDo = (text: string): FollowUpDraft => ({ text, database, proofs: [], incident: id });
  return {
    guardrails: (measured?.factors ?? []).map(({ remedy, subject, audit }) => ({
      ...toDo(`${remedy} (${subject})`),
      proofs: [{ audit, subject }],
    })),
    fromIncident: [...suspended, ...left].map(toDo),
  };
}

/** Everything that the post-mortem leaves to do: it lives on as follow-ups. Pure. */
export function followUpsOf(incident: Incident, measured: Measured | null): FollowUpDraft[] {
  const { guardrails, fromIncident } = openItems(incident, measured);
  return [...guardrails, ...fromIncident];
}

/** What was done, ticked; and what is left to do, each with the audit that holds it, or with the word that none does. */
export function actionItems(incident: Incident, measured: Measured | null): string[] {
  const attempts = incident.runs.flatMap((run) => run.attempts);
  const done = attempts.flatMap(({ decision, outcome, plan }) =>
    decision?.by.kind === 'person' && outcome !== null && plan !== null && plan.targets.length > 0
      ? [outcome.summary]
      : [],
  );
  const { guardrails, fromIncident } = openItems(incident, measured);
  const advice = incident.causes[0]?.helps ?? [];
  return [
    ...group(
      'Immediate (completed)',
      done.map((text) => `- [x] ${plain(text)}`),
    ),
    ...group('Guardrails (found missing by the audits)', guardrails.map(lineOf)),
    ...group('Still open from the incident', fromIncident.map(lineOf)),
    // Said in the middle of the incident: some of it is what was done since, so nobody has it to do.
    ...group(
      'What the diagnosis advised',
      advice.map((text) => `- ${plain(text)}`),
    ),
    ...group('Later', ['- [ ] _For people to write: what only they can plan._']),
  ];
}

/** Without an audit that stays red until it is done, a person has to look after it. */
function lineOf({ text, proofs }: FollowUpDraft): string {
  const [proof] = proofs;
  return proof === undefined
    ? `- [ ] ${plain(text)} (_no audit holds this_)`
    : `- [ ] ${plain(text)}. Held by the audit \`${proof.audit}\`: it stays red until this is done`;
}

function group(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, '', ...lines, ''];
}
