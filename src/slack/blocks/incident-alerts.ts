import type { types } from '@slack/bolt';
import { formatDuration } from '../../domain/format.ts';
import type { AlertNote, Incident } from '../../domain/incident.ts';
import { clip } from './clip.ts';
import { bold, bullets, type Inline, line, type Part, richText, text, time } from './rich-text.ts';

const MOST_LISTED = 15;

/** What one alert said over the time of the incident. */
interface Course {
  readonly name: string;
  /** How often it began to fire. */
  readonly times: number;
  readonly last: AlertNote;
  readonly first: AlertNote;
}

/**
 * What became of the alerts of an incident, as one reply that is kept up to date: which fire, which ended and when, which
 * fire again and again, and which are symptoms. Null while there is nothing but the alert that the parent tells. Pure.
 */
export function incidentAlerts(incident: Incident): { words: string; blocks: types.KnownBlock[] } | null {
  const alerts = coursesOf(incident.alerts);
  const symptoms = coursesOf(incident.symptoms);
  const [only] = alerts;
  const isTold = alerts.length === 1 && only !== undefined && only.times === 1 && isFiring(only);
  if (symptoms.length === 0 && (alerts.length === 0 || isTold)) return null;
  const firing = alerts.filter(isFiring).length;
  const head = `Alerts of ${incident.id}: ${firing} of ${alerts.length} firing`;
  const rest = symptoms.length === 0 ? '' : `, ${symptoms.length} inhibited as symptoms`;
  return {
    words: `${head}${rest}`,
    blocks: richText(
      line(bold(clip(head, 200))),
      ...list(alerts),
      ...(symptoms.length === 0
        ? []
        : [
            line(text('Inhibited as symptoms: they keep nothing open, and are decided on when it is closed')),
            ...list(symptoms),
          ]),
    ),
  };
}

function coursesOf(notes: readonly AlertNote[]): Course[] {
  const byAlert = Map.groupBy(notes, ({ alert }) => alert.fingerprint);
  return [...byAlert.values()].flatMap((course) => {
    const first = course[0];
    const last = course.at(-1);
    if (first === undefined || last === undefined) return [];
    const beginnings = course
      .filter(({ alert }) => alert.status === 'firing')
      .map(({ alert }) => alert.startsAt);
    return [{ name: last.alert.name, times: new Set(beginnings).size, first, last }];
  });
}

function isFiring({ last }: Course): boolean {
  return last.alert.status === 'firing';
}

function list(courses: readonly Course[]): Part[] {
  const more = courses.length - MOST_LISTED;
  return [
    bullets([
      ...courses.slice(0, MOST_LISTED).map((course) => line(...courseLine(course))),
      ...(more > 0 ? [line(text(`and ${more} more`))] : []),
    ]),
  ];
}

function courseLine(course: Course): Inline[] {
  const { name, times, first, last } = course;
  const again = times > 1 ? ` · fires and ends again and again, ${times} times so far` : '';
  const lasted = (Date.parse(last.at) - Date.parse(first.at)) / 1000;
  const state = isFiring(course)
    ? [text('🔥 '), bold(clip(name, 150)), text(' fires since '), time(last.at)]
    : [
        text('✅ '),
        bold(clip(name, 150)),
        text(' was resolved at '),
        time(last.at),
        text(lasted > 0 ? `, after ${formatDuration(lasted)}` : ''),
      ];
  return [...state, ...(again === '' ? [] : [text(again)])];
}
