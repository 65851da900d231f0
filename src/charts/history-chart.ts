import type { DrillRecord } from '../domain/drill-record.ts';
import { formatDuration } from '../domain/format.ts';
import type { Incident } from '../domain/incident.ts';
import { type IncidentTimes, timesOf } from '../domain/learning.ts';
import type { Series } from '../domain/outcome.ts';
import type { Chart, Panel } from './chart.ts';

/** A rehearsal, and when it was recorded (ISO 8601). */
export type RecordedDrill = DrillRecord & { readonly at: string };

/** One point is no course. */
const FEWEST_POINTS = 2;
/** Slack takes 2000 characters. */
const MOST_ALT_TEXT = 1900;
/** Incidents and drills that are told in words, the newest. */
const MOST_TOLD = 12;

/**
 * How long incidents took, one after the other, and rehearsals beside them; null when there is too little for a picture.
 * Pure. @throws RangeError for an unknown time zone when it is drawn.
 */
export function historyChart(
  {
    incidents,
    drills,
  }: { readonly incidents: readonly Incident[]; readonly drills: readonly RecordedDrill[] },
  { title, timeZone }: { readonly title: string; readonly timeZone: string },
): Chart | null {
  const ordered = incidents
    .filter(({ purpose }) => purpose === 'incident')
    .toSorted((a, b) => a.openedAt.localeCompare(b.openedAt));
  const turn = (name: keyof IncidentTimes) =>
    ordered.map((one) => [one.openedAt, timesOf(one)[name]] as const);
  const rehearsed = drills
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .map(({ at, recoverySeconds }) => [at, recoverySeconds] as const);
  const recovered = minutes('incidents', turn('recover'));
  const drilled = minutes('drills', rehearsed);
  const panels = [
    ...panel(recoveryTitle(recovered, drilled), [...recovered, ...drilled]),
    ...panel('First action after', minutes('incidents', turn('act'))),
    ...panel('Cause named after', minutes('incidents', turn('diagnose'))),
  ];
  const times = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([at]) => at)));
  if (new Set(times).size < FEWEST_POINTS) return null;
  const failed = drills.filter(({ ok }) => !ok);
  return {
    title,
    from: Math.min(...times),
    to: Math.max(...times),
    timeZone,
    panels,
    marks: failed.map(({ at }) => ({ at: Date.parse(at), label: 'drill failed' })),
    gapMs: Number.POSITIVE_INFINITY,
    altText: altText(title, ordered, drills),
  };
}

function recoveryTitle(recovered: readonly Series[], drilled: readonly Series[]): string {
  if (recovered.length === 0) return 'Drills recovered after';
  const [drills] = drilled;
  if (drills === undefined) return 'Recovered after';
  return drills.points.length === 1 ? 'Recovery, drill as diamond' : 'Recovery, drills dashed';
}

/** One line in minutes; none when nothing is known. */
function minutes(name: string, all: readonly (readonly [string, number | null])[]): Series[] {
  const points = all.flatMap(([at, seconds]): [number, number][] =>
    seconds === null ? [] : [[Date.parse(at), seconds / 60]],
  );
  return points.length === 0 ? [] : [{ name, unit: 'min', points }];
}

function panel(title: string, lines: readonly Series[]): Panel[] {
  return lines.length === 0 ? [] : [{ title, unit: 'min', limit: null, lines }];
}

function altText(title: string, incidents: readonly Incident[], drills: readonly RecordedDrill[]): string {
  const told = [
    ...incidents.map((one) => ({ at: one.openedAt, words: incidentText(one) })),
    ...drills.map((one) => ({ at: one.at, words: drillText(one) })),
  ].toSorted((a, b) => b.at.localeCompare(a.at));
  const left = told.length - MOST_TOLD;
  const words = [
    `Chart of ${title}, newest first.`,
    ...told.slice(0, MOST_TOLD).map(({ words: one }) => one),
    ...(left > 0 ? [`And ${left} more.`] : []),
  ].join(' ');
  return words.length <= MOST_ALT_TEXT ? words : `${words.slice(0, MOST_ALT_TEXT)}…`;
}

function incidentText(incident: Incident): string {
  const { diagnose, act, recover } = timesOf(incident);
  const known = [
    ['cause named', diagnose],
    ['first action', act],
    ['recovered', recover],
  ] as const;
  const turns = known.flatMap(([what, seconds]) =>
    seconds === null ? [] : [`${what} after ${formatDuration(seconds)}`],
  );
  const told = turns.length === 0 ? 'no time is known' : turns.join(', ');
  return `${incident.id} on ${incident.openedAt.slice(0, 10)}: ${told}.`;
}

function drillText({ scenario, at, ok, recoverySeconds }: RecordedDrill): string {
  const recovered = recoverySeconds === null ? '' : `, recovered after ${formatDuration(recoverySeconds)}`;
  return `Drill ${scenario} on ${at.slice(0, 10)}: ${ok ? 'passed' : 'FAILED'}${recovered}.`;
}
