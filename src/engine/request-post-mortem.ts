import type { Person } from '../domain/actor.ts';
import type { Refusal } from '../domain/command.ts';
import { isRepeated } from '../domain/decide.ts';
import type { Incident } from '../domain/incident.ts';
import { actorName } from '../domain/told.ts';
import type { Change } from './ledger.ts';

/** What asking for the post-mortem leads to: one document for each state of the journal, however often it is asked for. */
export function requestPostMortem(incident: Incident, by: Person, click: string | undefined): Change {
  if (isRepeated(incident, click)) return refused('repeated', 'Your click was answered before.');
  if (incident.purpose === 'prevention')
    return refused(
      'not-possible',
      'A prevention run is no outage: it has no post-mortem. Its thread tells it.',
    );
  if (incident.status !== 'closed')
    return refused('not-possible', 'The incident is still open. Write its post-mortem when it is closed.');
  const last = incident.postMortems.at(-1);
  if (last !== undefined && last.written === null)
    return refused('already-decided', `${actorName(last.by)} asked for it already; it is being written.`);
  if (last?.written != null && last.tells === incident.newsVersion && isWhole(last.written.measured))
    return refused(
      'already-decided',
      `Version ${last.number} is in the thread, and nothing has happened since that it does not tell.`,
    );
  const number = (last?.number ?? 0) + 1;
  return {
    events: [{ type: 'postmortem.requested', number, by, ...(click === undefined ? {} : { click }) }],
  };
}

/** Whether everything was measured: otherwise asking again may tell more. */
function isWhole({
  impact,
  unaudited,
}: NonNullable<Incident['postMortems'][number]['written']>['measured']): boolean {
  return unaudited.length === 0 && impact.every(({ missing }) => missing === null);
}

function refused(reason: Refusal['reason'], message: string): Change {
  return { events: [], refusal: { reason, message } };
}
