import type { Incident } from '../../domain/incident.ts';
import { causeName } from '../../words/cause-name.ts';
import { awaited, incidentState } from '../../words/incident-state.ts';
import { clip } from './clip.ts';
import { bold, type Inline, line, link, type Part, text, time } from './rich-text.ts';

/** An incident and where its thread is, or null while that is not known. */
export interface Linked {
  readonly incident: Incident;
  readonly url: string | null;
}

/** An open incident for a list: what it is with the way there, its cause, and what it waits for, or else its state. */
export function incidentLines({ incident, url }: Linked): Part {
  const { sign, word } = incidentState(incident);
  const [cause] = incident.causes;
  const waits = awaited(incident);
  const about = [
    ...(waits === null ? [word] : []),
    ...(cause === undefined ? [] : [clip(causeName(cause), 200)]),
  ];
  return line(
    text(`${sign} `),
    incidentName(incident.id, url),
    text(` · ${clip(incident.database, 80)} · ${clip(incident.title, 150)}\n`),
    ...(about.length === 0 ? [text('Opened ')] : [text(`${about.join(' · ')} · opened `)]),
    time(incident.openedAt),
    ...(waits === null
      ? []
      : [
          text(`\nWaiting for ${clip(waits.text, 200)}`),
          ...(waits.since === null ? [] : [text(' since '), time(waits.since)]),
        ]),
  );
}

/** The number of an incident, which leads to its thread where that is known. */
export function incidentName(id: string, url: string | null): Inline {
  return url === null ? bold(clip(id, 40)) : link(url, clip(id, 40));
}

/** The same in one line, for screen readers. */
export function incidentSentence({ incident }: Pick<Linked, 'incident'>): string {
  const { word } = incidentState(incident);
  const waits = awaited(incident);
  return `${incident.id} · ${incident.database} · ${incident.title}: ${word}${waits === null ? '' : `, waiting for ${waits.text}`}`;
}
