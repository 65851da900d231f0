import type { types } from '@slack/bolt';
import type { Deciders } from '../../domain/deciders.ts';
import { formatCount } from '../../domain/format.ts';
import { currentRun, type Incident, isEnd } from '../../domain/incident.ts';
import { shortAnchorText } from '../../domain/journal-entry.ts';
import { causeName } from '../../words/cause-name.ts';
import { awaited, incidentState, upcoming } from '../../words/incident-state.ts';
import { lastNumbers } from '../../words/last-numbers.ts';
import { forcedLines } from './break-glass.ts';
import { buttons, closeButton, explainButton, whyNotButton } from './buttons.ts';
import { chargeButtons, chargeLine } from './charge.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { postMortemBlocks } from './post-mortem.ts';
import {
  bold,
  type Inline,
  line,
  link,
  type Part,
  person,
  richText,
  text,
  time,
  userGroup,
} from './rich-text.ts';
import { header } from './text-objects.ts';

/** Characters of a line that still leave the whole message on one screen of a phone, about 42 characters wide. */
const MOST = { title: 80, name: 40, work: 50, cause: 150, numbers: 150, waiting: 110, next: 70 } as const;

/**
 * The one message of an incident in the channel: what it is, where it stands, what is awaited, what comes next. Never more
 * than one screen of a phone. `deciders` is who may answer, or null where that is not to be named. Pure.
 */
export function parentBlocks(incident: Incident, deciders: Deciders | null): types.KnownBlock[] {
  const state = incidentState(incident);
  return [
    header(clip(`${state.sign} ${state.word} · ${incident.title}`, MOST.title)),
    ...richText(
      whatLine(incident),
      ...causeLine(incident),
      ...numbersLine(incident),
      ...awaitedLine(incident, deciders),
      chargeLine(incident),
      ...forcedLines(incident),
      ...nextLine(incident),
      ...notesLine(incident),
    ),
    contextLine(text(progressText(incident)), ...timings(incident), ...anchorOf(incident)),
    ...buttons(...parentButtons(incident)),
    ...(incident.status === 'closed' && incident.purpose === 'incident' ? postMortemBlocks(incident) : []),
  ];
}

function parentButtons(incident: Incident): types.Button[] {
  const value = { i: incident.id, s: '', a: 0, h: null, t: null };
  const known = incident.causes.length > 0;
  return [
    ...(known ? [explainButton(value), whyNotButton(value)] : []),
    ...(incident.status === 'closed'
      ? []
      : [...chargeButtons(incident), closeButton(incident, isRunning(incident))]),
  ];
}

function isRunning(incident: Incident): boolean {
  return currentRun(incident)?.status === 'running';
}

function whatLine(incident: Incident): Part {
  const service = incident.service === null ? '' : ` · service ${clip(incident.service, MOST.name)}`;
  const known = incident.severity === 'unknown' ? 'severity unknown' : clip(incident.severity, 20);
  const severity = incident.purpose === 'prevention' ? 'prevention run, no outage' : known;
  return line(
    bold(clip(incident.id, 40)),
    text(' · database '),
    bold(clip(incident.database, MOST.name)),
    text(`${service} · ${severity}${alertCount(incident)}`),
  );
}

function alertCount(incident: Incident): string {
  const last = new Map(incident.alerts.map(({ alert }) => [alert.fingerprint, alert.status]));
  const all = last.size;
  const firing = [...last.values()].filter((status) => status === 'firing').length;
  if (all === 0) return '';
  if (firing === 0) return all === 1 ? ' · alert resolved' : ` · all ${all} alerts resolved`;
  if (all === 1) return ' · alert firing';
  return ` · ${firing === all ? `${all} alerts` : `${firing} of ${all} alerts`} firing`;
}

function causeLine({ causes }: Incident): Part[] {
  const cause = causes[0];
  if (cause === undefined) return [];
  return [line(bold('Cause: '), text(clip(causeName(cause), MOST.cause)))];
}

/** The last numbers that a step journaled with where they are going, and when. */
function numbersLine(incident: Incident): Part[] {
  const numbers = incident.status === 'open' ? lastNumbers(incident) : null;
  if (numbers === null) return [];
  return [
    line(
      bold('Measured'),
      ...(numbers.at === null ? [] : [text(' '), time(numbers.at)]),
      text(`: ${clip(numbers.text, MOST.numbers)}`),
    ),
  ];
}

function awaitedLine(incident: Incident, deciders: Deciders | null): Part[] {
  const what = awaited(incident);
  if (what === null) return [];
  const since: Inline[] = what.since === null ? [] : [text(' since '), time(what.since)];
  const from = deciders === null ? [] : fromWhom(deciders);
  return [line(bold('Waiting for: '), text(clip(what.text, MOST.waiting)), ...from, ...since)];
}

/** ` from @Anna, @Ben or 4 others`. */
function fromWhom({ people, groups, more }: Deciders): Inline[] {
  const named: Inline[] = [
    ...groups.map(userGroup),
    ...people.map(person),
    ...(more > 0 ? [text(formatCount(more, 'other'))] : []),
  ];
  if (named.length === 0) return [text(' from nobody: no one on the list can answer,')];
  return named.flatMap((one, index): Inline[] => {
    const before = index === 0 ? ' from ' : index === named.length - 1 ? ' or ' : ', ';
    return [text(before), one];
  });
}

/** What comes after the present step. */
function nextLine(incident: Incident): Part[] {
  const next = upcoming(incident);
  return next === null ? [] : [line(bold('Next: '), text(clip(next, MOST.next)))];
}

/** How many messages people put into the timeline, with the way to the last one. */
function notesLine({ notes }: Incident): Part[] {
  const last = notes.at(-1);
  if (last === undefined) return [];
  const count = formatCount(notes.length, 'message');
  const where =
    last.source === null ? [] : [text(', the last: '), link(last.source, `of ${clip(last.said.by, 80)}`)];
  return [line(text(`📎 ${count} in the timeline`), ...where)];
}

function progressText(incident: Incident): string {
  const run = currentRun(incident);
  if (run === undefined) return 'No run yet';
  const total = run.runbook.steps.length;
  const present = run.attempts.at(-1);
  const name = clip(run.runbook.title, MOST.work);
  if (run.status === 'completed') return `${name} · all ${total} steps ended`;
  const number = Math.min(run.position + 1, total);
  if (run.status === 'aborted') return `${name} · stopped at step ${number} of ${total}`;
  // What is waited for names the step already.
  const on = present !== undefined && !isEnd(present.status) && awaited(incident) === null;
  return `${name} · step ${number} of ${total}${on ? `, ${clip(present.step.title, MOST.work)}` : ''}`;
}

/** Kept here, outside the journal, it shows later whether anything before it was cut off or rewritten. */
function anchorOf({ closedAnchor }: Incident): Inline[] {
  return closedAnchor === null ? [] : [text(` · journal ${shortAnchorText(closedAnchor)}`)];
}

function timings(incident: Incident): Inline[] {
  const points: readonly (readonly [string, string | null])[] = [
    ['opened', incident.openedAt],
    ['cause', incident.causeAt],
    ['mitigated', incident.mitigatedAt],
    ['recovered', incident.recoveredAt],
    ['closed', incident.closedAt],
  ];
  return points.flatMap(([name, at]) => (at === null ? [] : [text(` · ${name} `), time(at)]));
}
