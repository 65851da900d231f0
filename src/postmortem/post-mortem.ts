import { type Cause, culpritName } from '../domain/cause.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { formatDuration, formatShare } from '../domain/format.ts';
import { foldIncident, type Incident, type StepAttempt } from '../domain/incident.ts';
import { anchorText } from '../domain/journal-entry.ts';
import type { Series } from '../domain/outcome.ts';
import { actorName } from '../domain/told.ts';
import { type ClockFace, clockFace } from './clock-face.ts';
import { bullets, plain, section } from './markdown.ts';
import { timelineOf } from './timeline.ts';

/**
 * The post-mortem of an incident as Markdown, from its journal alone: facts, and lines for people to fill in that say so.
 * What was not measured is not told. Pure. @throws RangeError for an unknown time zone.
 */
export function postMortem(id: string, events: readonly RecordedEvent[], timeZone: string): string {
  const incident = foldIncident(id, events);
  const clock = clockFace(timeZone, incident.openedAt);
  const lines = [
    `# Post-mortem: ${plain(incident.title)} (${clock.full(incident.openedAt).slice(0, 10)})`,
    '',
    ...section('Incident summary', summary(incident, clock)),
    ...section(
      `Timeline (${clock.full(incident.openedAt).split(' ').at(-1)})`,
      timelineOf(events).map(({ at, text }) => `- ${clock.short(at)} - ${plain(text)}`),
    ),
    ...section('Root cause analysis', rootCause(incident.causes)),
    ...section('Impact', impact(incident)),
    ...section('Action items', actionItems(incident)),
    ...section('Lessons learned', [
      '_For people to write. Firebreak knows what happened, not what it means to you._',
    ]),
    ...anchorLine(events),
  ];
  return `${lines.join('\n').trim()}\n`;
}

function summary(incident: Incident, clock: ClockFace): string[] {
  const { openedAt, closedAt, causeAt, mitigatedAt, recoveredAt } = incident;
  const end = closedAt === null ? 'still open' : clock.full(closedAt);
  const minutes = closedAt === null ? '' : ` (${spent(openedAt, closedAt)})`;
  const steps: [string, string | null][] = [
    ['cause named', causeAt],
    ['mitigated', mitigatedAt],
    ['recovered', recoveredAt],
  ];
  const reached = steps.flatMap(([what, at]) => (at === null ? [] : `${what} after ${spent(openedAt, at)}`));
  const service = incident.service === null ? '' : `, service ${incident.service}`;
  const deciders = [...new Set(incident.runs.flatMap(({ attempts }) => attempts.flatMap(deciderOf)))];
  return [
    `- **Incident**: ${plain(incident.id)}, database ${plain(incident.database)}${plain(service)}`,
    `- **Duration**: ${clock.full(openedAt)} to ${end}${minutes}`,
    ...(reached.length === 0 ? [] : [`- **From the alert**: ${reached.join(', ')}`]),
    `- **Severity**: ${plain(incident.severity)}`,
    `- **Decided by**: ${deciders.length === 0 ? 'nobody' : deciders.map(plain).join(', ')}`,
  ];
}

function deciderOf({ decision }: StepAttempt): string[] {
  return decision?.by.kind === 'person' ? [actorName(decision.by)] : [];
}

/** Minutes as a number of its own, because an outage is told in minutes. */
function spent(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  const minutes = Math.round(seconds / 60);
  return minutes < 2 ? formatDuration(seconds) : `${minutes} minutes`;
}

function rootCause(causes: readonly Cause[]): string[] {
  const [first, ...others] = causes;
  if (first === undefined) return ['The cause was not found by a diagnosis.'];
  const culprit = first.culprit === null ? 'nobody could be named' : culpritName(first.culprit);
  const evidence = [...first.evidence, ...(first.culprit?.evidence.map(({ text }) => text) ?? [])];
  return [
    `${plain(first.title)} (${formatShare(first.confidence)} sure). Behind it: ${plain(culprit)}.`,
    '',
    'Evidence:',
    ...bullets([...new Set(evidence)]),
    ...(others.length === 0
      ? []
      : [
          '',
          'Also possible:',
          ...bullets(others.map(({ title, confidence }) => `${title} (${formatShare(confidence)} sure)`)),
        ]),
  ];
}

/** The worst that was measured, of each line that a step followed. */
function impact(incident: Incident): string[] {
  const all = incident.runs.flatMap(({ attempts }) =>
    attempts.flatMap(({ verdict }) => verdict?.series ?? []),
  );
  const names = Map.groupBy(all, ({ name, unit }) => `${name} ${unit}`.trim());
  const peaks = [...names].flatMap(([, series]) => peakOf(series));
  return [
    ...(peaks.length === 0
      ? []
      : ['Highest values that were measured while the incident was handled:', ...bullets(peaks), '']),
    '_What customers noticed was not measured: for people to write._',
  ];
}

function peakOf(series: readonly Series[]): string[] {
  const [first] = series;
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  if (first === undefined || values.length === 0) return [];
  const worst = Math.round(Math.max(...values) * 100) / 100;
  return [`${first.name}: ${worst.toLocaleString('en')}${first.unit === '' ? '' : ` ${first.unit}`}`];
}

/** What was done, ticked; and what helps against the cause and was not done by a step of this incident. */
function actionItems(incident: Incident): string[] {
  const attempts = incident.runs.flatMap((run) => run.attempts);
  const done = attempts.flatMap(({ decision, outcome, plan }) =>
    decision?.by.kind === 'person' && outcome !== null && plan !== null && plan.targets.length > 0
      ? [outcome.summary]
      : [],
  );
  const left = attempts.flatMap(
    ({ outcome }) => outcome?.skipped.map(({ target, reason }) => `${target}: ${reason}`) ?? [],
  );
  const advised = incident.causes[0]?.helps ?? [];
  return [
    ...(done.length === 0
      ? []
      : ['Done in the incident:', ...done.map((text) => `- [x] ${plain(text)}`), '']),
    ...(left.length === 0
      ? []
      : ['Left alone in the incident:', ...left.map((text) => `- [ ] ${plain(text)}`), '']),
    ...(advised.length === 0
      ? []
      : ['What helps against this cause:', ...advised.map((text) => `- [ ] ${plain(text)}`)]),
  ];
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
