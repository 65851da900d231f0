import type { DrillRecord } from '../../domain/drill-record.ts';
import { formatDuration } from '../../domain/format.ts';
import type { Incident } from '../../domain/incident.ts';
import { learnedFrom, timesOf } from '../../domain/learning.ts';
import { actorName } from '../../domain/told.ts';
import type { RecentIncident } from '../../engine/desk.ts';
import { causeName } from '../../words/cause-name.ts';
import { decidedBy } from '../../words/decided-by.ts';
import { incidentState } from '../../words/incident-state.ts';
import { drillTexts, learnedTexts, turnsText } from '../../words/turns.ts';
import { clip } from './clip.ts';
import { incidentName } from './incident-lines.ts';
import { type Inline, line, type Part, richText, text, time, who } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

const MOST_NAMED = 4;

/** An incident of the past or the present, and where its thread is. */
export interface LinkedRecent {
  readonly recent: RecentIncident;
  readonly url: string | null;
}

/** The last incidents: how long, which cause, whose, and who decided. Pure. */
export function historyMessage(
  list: readonly LinkedRecent[],
  database: string | null,
  drills: readonly DrillRecord[],
): Said {
  const where = database === null ? '' : ` of ${database}`;
  if (list.length === 0) {
    const nothing = [`There has been no incident${where} yet.`, ...drillTexts(drills)].join(' ');
    return { text: nothing, blocks: richText(line(text(nothing))) };
  }
  const title =
    list.length === 1
      ? `The last incident${where}`
      : `The last ${list.length} incidents${where}, newest first`;
  const learned = [
    ...learnedTexts(learnedFrom(list.flatMap(({ recent }) => recent.incident ?? []))),
    ...drillTexts(drills),
  ];
  return {
    text: fallbackText([title, ...learned, ...list.map(inOneLine)].join('\n')),
    blocks: [
      ...richText(line(text(title)), ...learned.map((sentence) => line(text(clip(sentence, 300))))),
      ...list.flatMap((one) => richText(entry(one))),
    ],
  };
}

function entry({ recent, url }: LinkedRecent): Part {
  const { incident } = recent;
  const head: Inline[] = [
    text(incident === null ? '🗄️ ' : `${incidentState(incident).sign} `),
    incidentName(recent.id, url),
    text(` · ${clip(recent.database, 80)} · ${clip(recent.title, 120)}\n`),
    time(recent.openedAt),
  ];
  if (incident === null) return line(...head, text(' · its content was removed, as state.retention says'));
  return line(
    ...head,
    text(` · ${lasted(incident)}\n${causeOf(incident)}\n`),
    ...turned(incident),
    ...deciders(incident),
  );
}

function turned(incident: Incident): Inline[] {
  if (incident.purpose === 'prevention') return [];
  const told = turnsText(timesOf(incident));
  return told === '' ? [] : [text(`${told.charAt(0).toUpperCase()}${told.slice(1)}\n`)];
}

function deciders(incident: Incident): Inline[] {
  const people = decidedBy(incident);
  if (people.length === 0) return [text('Nobody decided on a step.')];
  const named = people
    .slice(0, MOST_NAMED)
    .flatMap((by, index) => [...(index === 0 ? [] : [text(', ')]), who(by)]);
  const more = people.length > MOST_NAMED ? [text(` and ${people.length - MOST_NAMED} more`)] : [];
  return [text('Decided by '), ...named, ...more];
}

/** How long it lasted, or how it is. */
function lasted(incident: Incident): string {
  if (incident.closedAt === null) return `open: ${incidentState(incident).word}`;
  const seconds = (Date.parse(incident.closedAt) - Date.parse(incident.openedAt)) / 1000;
  return `lasted ${formatDuration(seconds)}`;
}

/** Names the culprit too, as the name of a cause does. */
function causeOf({ causes, purpose }: Incident): string {
  if (purpose === 'prevention') return 'A prevention run, no outage.';
  const [cause] = causes;
  return cause === undefined ? 'No cause was named.' : `Cause: ${clip(causeName(cause), 300)}`;
}

function inOneLine({ recent: { id, database, title, incident } }: LinkedRecent): string {
  if (incident === null) return `${id} · ${database} · ${title} · content removed`;
  const people = decidedBy(incident).map(actorName).join(', ');
  return `${id} · ${database} · ${title} · ${lasted(incident)} · ${causeOf(incident)}${people === '' ? '' : ` · decided by ${people}`}`;
}
