import { FirebreakError } from '../domain/errors.ts';
import type { Incident } from '../domain/incident.ts';
import type { Confirm, State } from '../ports/state.ts';
import { dedupeKeyOf } from './opening.ts';

/** Says in one sentence which open incident a prevention run waits for; null when nothing keeps it. */
export async function heldBy(
  state: Pick<State, 'incidents'>,
  { purpose, database }: Pick<Incident, 'purpose' | 'database'>,
): Promise<string | null> {
  if (purpose !== 'prevention') return null;
  const open = await state.incidents.findOpen(dedupeKeyOf(database));
  return open === null ? null : heldWords(open.id, database);
}

function heldWords(incidentId: string, database: string): string {
  return `${incidentId} is open on ${database}: no remedy is applied until it is closed.`;
}

/**
 * Asked right before each change of the world. In a prevention run the incident that was opened meanwhile stops it: what
 * was changed before stays, and is told. Throws `not-allowed` then.
 */
export function confirmUnheld(
  state: Pick<State, 'incidents'>,
  incident: Incident,
  confirm: Confirm,
): Confirm {
  if (incident.purpose !== 'prevention') return confirm;
  return async () => {
    await confirm();
    const held = await heldBy(state, incident);
    if (held !== null)
      throw new FirebreakError('not-allowed', `${held} This was not changed.`, {
        hint: 'Try again when the incident is closed: the plan is made anew.',
      });
  };
}
