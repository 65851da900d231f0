import type { types } from '@slack/bolt';
import { currentRun, type Incident, isEnd } from '../../domain/incident.ts';
import { shortAnchorText } from '../../domain/journal-entry.ts';
import { awaited, incidentState } from '../../words/incident-state.ts';
import { lastNumbers } from '../../words/last-numbers.ts';
import { buttons, closeButton } from './buttons.ts';
import { causeName } from './cause-parts.ts';
import { chargeButtons, chargeLine } from './charge.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { postMortemBlocks } from './post-mortem.ts';
import { bold, type Inline, line, type Part, richText, text, time } from './rich-text.ts';
import { header } from './text-objects.ts';

/** The one message of an incident in the channel: what it is, where it stands, what is awaited. Pure. */
export function parentBlocks(incident: Incident): types.KnownBlock[] {
  const state = incidentState(incident);
  return [
    header(`${state.sign} ${state.word} · ${incident.title}`),
    ...richText(
      whatLine(incident),
      ...causeLine(incident),
      ...numbersLine(incident),
      ...awaitedLine(incident),
      chargeLine(incident),
    ),
    contextLine(text(progressText(incident)), ...timings(incident), ...anchorOf(incident)),
    ...(incident.status === 'closed'
      ? postMortemBlocks(incident)
      : buttons(...chargeButtons(incident), closeButton(incident.id, isRunning(incident)))),
  ];
}

function isRunning(incident: Incident): boolean {
  return currentRun(incident)?.status === 'running';
}

function whatLine(incident: Incident): Part {
  const service = incident.service === null ? '' : ` · service ${clip(incident.service, 80)}`;
  return line(
    bold(clip(incident.id, 40)),
    text(' · database '),
    bold(clip(incident.database, 80)),
    text(`${service} · ${clip(incident.severity, 40)}${alertCount(incident)}`),
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
  return [line(bold('Cause: '), text(clip(causeName(cause), 400)))];
}

/** The last numbers that a step journaled, and when. */
function numbersLine(incident: Incident): Part[] {
  const numbers = incident.status === 'open' ? lastNumbers(incident) : null;
  if (numbers === null) return [];
  return [
    line(
      bold('Measured'),
      ...(numbers.at === null ? [] : [text(' '), time(numbers.at)]),
      text(`: ${clip(numbers.text, 300)}`),
    ),
  ];
}

function awaitedLine(incident: Incident): Part[] {
  const what = awaited(incident);
  if (what === null) return [];
  const since: Inline[] = what.since === null ? [] : [text(' since '), time(what.since)];
  return [line(bold('Waiting for: '), text(clip(what.text, 200)), ...since)];
}

function progressText(incident: Incident): string {
  const run = currentRun(incident);
  if (run === undefined) return 'No run yet';
  const total = run.runbook.steps.length;
  const present = run.attempts.at(-1);
  const name = clip(run.runbook.title, 80);
  if (run.status === 'completed') return `${name} · all ${total} steps ended`;
  const number = Math.min(run.position + 1, total);
  if (run.status === 'aborted') return `${name} · stopped at step ${number} of ${total}`;
  // What is waited for names the step already.
  const on = present !== undefined && !isEnd(present.status) && awaited(incident) === null;
  return `${name} · step ${number} of ${total}${on ? `, ${clip(present.step.title, 80)}` : ''}`;
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
