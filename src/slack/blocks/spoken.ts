import type { Incident, Run, StepAttempt } from '../../domain/incident.ts';
import { actorName } from '../../domain/told.ts';
import { causeName } from '../../words/cause-name.ts';
import { awaited, incidentState } from '../../words/incident-state.ts';
import { lastNumbers } from '../../words/last-numbers.ts';
import { stateOf } from '../../words/states.ts';
import { clip } from './clip.ts';
import { cardTitle } from './step-card.ts';

/** What a screen reader and a notification say of the parent: the state, what it is about, the cause, what is awaited. */
export function spokenParent(incident: Incident): string {
  const [cause] = incident.causes;
  const waits = awaited(incident);
  const numbers = incident.status === 'open' ? lastNumbers(incident) : null;
  return [
    `${incidentState(incident).word}: ${incident.id}, ${clip(incident.title, 120)}, database ${clip(incident.database, 60)}.`,
    ...(cause === undefined ? [] : [`Cause: ${clip(causeName(cause), 160)}.`]),
    ...(numbers === null ? [] : [`Measured: ${clip(numbers.text, 120)}.`]),
    ...(waits === null ? [] : [`Waiting for ${clip(waits.text, 120)}.`]),
    `In charge: ${incident.lead === null ? 'nobody yet' : clip(incident.lead.who.name, 60)}.`,
  ].join(' ');
}

/** What a screen reader and a notification say of a card: the step, its state, and the one sentence that matters in it. */
export function spokenCard(run: Run, attempt: StepAttempt): string {
  return `${cardTitle(run, attempt)}: ${stateOf(attempt).word}. ${gist(attempt)}`.trim();
}

function gist(attempt: StepAttempt): string {
  const { plan, outcome, verdict, fault, closing, approval } = attempt;
  switch (attempt.status) {
    case 'awaiting': {
      const [warning] = plan?.warnings ?? [];
      const first = approval === null ? '' : `${actorName(approval.by)} approved first. `;
      return `${first}${clip(plan?.summary ?? '', 240)}${warning === undefined ? '' : ` Warning: ${clip(warning, 200)}`}`;
    }
    case 'attention':
      return clip(fault?.message ?? verdict?.evidence ?? 'Look at the card.', 400);
    case 'passed':
    case 'accepted':
      return clip([outcome?.summary, verdict?.evidence].filter((one) => one !== undefined).join(' '), 400);
    case 'skipped':
    case 'aborted':
      return closing === null ? '' : `${actorName(closing.by)}: ${clip(closing.reason, 300)}`;
    default:
      return clip(plan?.summary ?? '', 300);
  }
}
