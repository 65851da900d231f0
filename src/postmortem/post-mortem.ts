import { incidentChart } from '../charts/incident-chart.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { formatDuration } from '../domain/format.ts';
import { foldIncident, type Incident } from '../domain/incident.ts';
import { anchorText } from '../domain/journal-entry.ts';
import type { Measured } from '../domain/post-mortem.ts';
import { clockFace } from '../words/clock-face.ts';
import { actionItems } from './action-items.ts';
import { impact } from './impact.ts';
import { plain, section } from './markdown.ts';
import { rootCause } from './root-cause.ts';
import { summary } from './summary.ts';
import { timelineOf } from './timeline.ts';

export interface PostMortemOptions {
  /** IANA name of the zone in which times are told. */
  readonly timeZone: string;
  /** What was measured beside the journal; null when nothing was. */
  readonly measured: Measured | null;
  /** Addresses of the picture for light and dark pages, relative to the document; null where it has none. */
  readonly picture: { readonly light: string; readonly dark: string } | null;
}

/**
 * The post-mortem of an incident as Markdown: facts from its journal and from what was measured, and lines for people to
 * fill in that say so. What was not measured says so. Pure. @throws RangeError for an unknown time zone.
 */
export function postMortem(
  id: string,
  events: readonly RecordedEvent[],
  { timeZone, measured, picture }: PostMortemOptions,
): string {
  const incident = foldIncident(id, events);
  const clock = clockFace(timeZone, () => incident.openedAt);
  const told = timelineOf(events).map(
    ({ at, text }) => `- ${clock.short(at)}${sinceAlert(incident.openedAt, at)} - ${plain(text)}`,
  );
  const lines = [
    `# Post-mortem: ${plain(incident.title)} (${clock.full(incident.openedAt).slice(0, 10)})`,
    '',
    ...section('Incident summary', summary(incident, clock, measured)),
    ...pictureLines(incident, events, timeZone, picture),
    ...section(`Timeline (${clock.full(incident.openedAt).split(' ').at(-1)})`, told),
    ...section('Root cause analysis', rootCause(incident.causes, measured)),
    ...section('Impact assessment', impact(incident, measured)),
    ...section('Action items', actionItems(incident, measured)),
    ...section('Lessons learned', [
      '_For people to write. Firebreak knows what happened, not what it means to you._',
    ]),
    ...anchorLine(events),
  ];
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** A version that was asked for, from the journal until it was written and what was measured then; null before that. */
export function postMortemVersion(
  id: string,
  events: readonly RecordedEvent[],
  number: number,
  timeZone: string,
): string | null {
  const index = events.findIndex(
    ({ event }) => event.type === 'postmortem.written' && event.number === number,
  );
  const written = events[index]?.event;
  if (written?.type !== 'postmortem.written') return null;
  return postMortem(id, events.slice(0, index + 1), { timeZone, measured: written.measured, picture: null });
}

/** ` (+3m59s)`, or nothing for the beginning. */
function sinceAlert(openedAt: string, at: string): string {
  const seconds = (Date.parse(at) - Date.parse(openedAt)) / 1000;
  return seconds < 1 ? '' : ` (+${formatDuration(seconds)})`;
}

/** The picture, and what it says in words: for who cannot see it, and where it cannot stand. */
function pictureLines(
  incident: Incident,
  events: readonly RecordedEvent[],
  timeZone: string,
  picture: PostMortemOptions['picture'],
): string[] {
  const chart = incidentChart(
    incident,
    incident.closedAt ?? events.at(-1)?.at ?? incident.openedAt,
    timeZone,
  );
  if (chart === null) return section('Load', ['Too little was measured of the load for a chart.']);
  const words = plain(chart.altText);
  if (picture === null) return section('Load', [words]);
  return section('Load', [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${picture.dark}">`,
    `  <img src="${picture.light}" width="480" alt="${chart.altText.replaceAll(/["<>&]/g, '')}">`,
    '</picture>',
    '',
    words,
  ]);
}

/** Where in the journal the facts stand, to prove them by. */
function anchorLine(events: readonly RecordedEvent[]): string[] {
  const last = events.at(-1);
  return last === undefined
    ? []
    : [
        '---',
        '',
        `Written by Firebreak from ${events.length} entries of its journal, up to ${anchorText(last)}.`,
      ];
}
