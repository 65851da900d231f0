import type { Person } from '../domain/actor.ts';
import type { AttemptRef, Refusal } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';

/** What was refused to whom. */
interface Refused extends AttemptRef {
  readonly by: Person;
  readonly choice: string;
  readonly click?: string;
}

/**
 * What the journal says of a refusal: the first for each person, try, choice and reason. A storm of clicks adds a
 * few entries, not hundreds, and does not keep the winner from appending.
 */
export function refusalEvents(incident: Incident, refused: Refused, { reason }: Refusal): DomainEvent[] {
  const { step, attempt, by, choice, click } = refused;
  const isKnown = incident.refusals.some(
    (note) =>
      note.step === step &&
      note.attempt === attempt &&
      note.choice === choice &&
      note.reason === reason &&
      note.by.kind === 'person' &&
      note.by.id === by.id,
  );
  if (isKnown || reason === 'repeated' || incident.status === 'closed') return [];
  const named = click === undefined ? {} : { click };
  return [{ type: 'decision.refused', step, attempt, by, choice, reason, ...named }];
}
