import type { Actor } from './actor.ts';
import type { AttemptRef, Refusal } from './command.ts';
import type { DomainEvent } from './event.ts';
import type { Incident, StepAttempt } from './incident.ts';
import { actorName, ago, askedAttempt, nameFor, whatIsNext, whoDecided } from './told.ts';

/** What a command leads to: events to append, and a refusal to tell (with events when the refusal itself changes something). */
export interface Decided {
  readonly events: readonly DomainEvent[];
  readonly refusal: Refusal | null;
}

export function accept(...events: DomainEvent[]): Decided {
  return { events, refusal: null };
}

export function refuse(reason: Refusal['reason'], message: string): Decided {
  return { events: [], refusal: { reason, message } };
}

/** Who asks about which try. */
type Asked = AttemptRef & { readonly by: Actor };

const UNCHANGED = 'Your click changed nothing.';

/** The same click was delivered again. Whoever clicked knows already what came of it. */
export function repeated(): Decided {
  return refuse('repeated', 'This click was answered before.');
}

/** The incident is closed; `asked` is left out by who asks about none of its steps. */
export function closed(incident: Incident, asker: Actor, asked: AttemptRef | null, now: Date): Decided {
  const { id, closedBy, closedAt } = incident;
  const who =
    closedBy?.kind === 'person' && closedAt !== null
      ? ` ${nameFor(asker, closedBy)} closed it ${ago(closedAt, now)}.`
      : '';
  return refuse('closed', `${decidedOn(incident, asker, asked, now)}${id} is closed.${who}`);
}

/** The run has ended, or was stopped. */
export function notRunning(incident: Incident, asker: Actor, asked: AttemptRef | null, now: Date): Decided {
  return refuse(
    'not-running',
    `${decidedOn(incident, asker, asked, now)}No run of ${incident.id} is under way.`,
  );
}

function decidedOn(incident: Incident, asker: Actor, asked: AttemptRef | null, now: Date): string {
  const who = asked === null ? null : whoDecided(askedAttempt(incident, asked), asker, now);
  return who === null ? '' : `${who} `;
}

/** The try that the click is about is not the present one. */
export function staleStep(incident: Incident, asked: Asked, now: Date): Decided {
  const attempt = askedAttempt(incident, asked);
  const who = whoDecided(attempt, asked.by, now);
  if (attempt === undefined || who === null) {
    return refuse('stale-step', `This step is not the present one. ${UNCHANGED}`);
  }
  return refuse('already-decided', `${who} ${whatIsNext(incident, attempt)} ${UNCHANGED}`);
}

/** Somebody decided on the present try before. */
export function alreadyDecided(incident: Incident, current: StepAttempt, asker: Actor, now: Date): Decided {
  const who = whoDecided(current, asker, now);
  if (who === null) {
    return refuse(
      'stale-card',
      `There is no plan to decide on now. ${whatIsNext(incident, current)} ${UNCHANGED}`,
    );
  }
  return refuse('already-decided', `${who} ${whatIsNext(incident, current)} ${UNCHANGED}`);
}

/** The card of the present try looked otherwise when it was clicked. */
export function staleCard(incident: Incident, current: StepAttempt, asker: Actor, now: Date): Decided {
  if (current.decision !== null) return alreadyDecided(incident, current, asker, now);
  if (current.status === 'planning') {
    return refuse('stale-plan', `The plan is being made anew. ${UNCHANGED} Decide on the new one.`);
  }
  const { approval } = current;
  if (approval !== null) {
    const who = `${nameFor(asker, approval.by)} approved first, ${ago(approval.at, now)}.`;
    return refuse('approved-meanwhile', `${who} ${UNCHANGED} The card shows now what was chosen.`);
  }
  const { chosen, plan } = current;
  if (chosen !== null) {
    const who = `${nameFor(asker, chosen.by)} changed the targets ${ago(chosen.at, now)}: ${chosen.targets.length} of ${plan?.targets.length ?? 0} now.`;
    return refuse('stale-card', `${who} ${UNCHANGED}`);
  }
  return refuse('stale-card', `The card has changed since your screen was drawn. ${UNCHANGED}`);
}

/** A command of the engine that comes out of turn. */
export function misplaced(current: StepAttempt, type: string): Decided {
  return refuse('not-possible', `"${type}" does not follow "${current.status}".`);
}

/** The person who approved first approves again. */
export function samePerson(current: StepAttempt, now: Date): Decided {
  const since = current.approval === null ? '' : ` ${ago(current.approval.at, now)}`;
  return refuse(
    'same-person',
    `You approved this${since}, which counts once. A second person has to run it.`,
  );
}

/** One line on an approval that no longer counts, for the card of the next plan. */
export function approvalVoid(current: StepAttempt, why: string): string[] {
  return current.approval === null
    ? []
    : [`The approval of ${actorName(current.approval.by)} no longer counts: ${why}`];
}
