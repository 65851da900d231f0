import type { Incident } from '../domain/incident.ts';
import { actorName } from '../domain/told.ts';
import { causeName } from '../words/cause-name.ts';
import { awaited, incidentState } from '../words/incident-state.ts';
import { lastNumbers } from '../words/last-numbers.ts';
import { type Line, labelled, say } from './lines.ts';
import type { TellTime } from './tell-time.ts';

/** Where an incident stands, in a few lines: what people need who come to it now. Pure. */
export function headLines(incident: Incident, time: TellTime): Line[] {
  const { id, database, service, title, severity, openedAt, causes, lead, purpose } = incident;
  const what = purpose === 'prevention' ? 'prevention run, no outage' : severity;
  const waits = awaited(incident);
  const numbers = incident.status === 'open' ? lastNumbers(incident) : null;
  const [cause] = causes;
  return [
    say(`${id} · ${title}`, { style: 'title' }),
    say(
      `database ${database}${service === null ? '' : ` · service ${service}`} · ${what} · opened ${time(openedAt)}`,
    ),
    ...labelled('State', incidentState(incident).word),
    ...labelled('In charge', lead === null ? 'nobody yet' : actorName(lead.who)),
    ...(cause === undefined ? [] : labelled('Cause', causeName(cause))),
    ...(numbers === null
      ? []
      : labelled('Measured', `${numbers.text}${numbers.at === null ? '' : ` (${time(numbers.at)})`}`)),
    ...(waits === null
      ? []
      : labelled('Waits for', `${waits.text}${waits.since === null ? '' : ` since ${time(waits.since)}`}`)),
  ];
}
