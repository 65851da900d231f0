import type { types } from '@slack/bolt';
import { culpritName } from '../../domain/cause.ts';
import { alertsResolved, currentRun, type Incident, isEnd } from '../../domain/incident.ts';
import { buttons, closeButton } from './buttons.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { awaited, incidentState } from './incident-state.ts';
import { bold, type Inline, line, type Part, richText, text, time } from './rich-text.ts';
import { header } from './text-objects.ts';

/** The one message of an incident in the channel: what it is, where it stands, what is awaited. Pure. */
export function parentBlocks(incident: Incident): types.KnownBlock[] {
  const state = incidentState(incident);
  return [
    header(`${state.sign} ${state.word} · ${incident.title}`),
    ...richText(whatLine(incident), ...causeLine(incident), ...awaitedLine(incident)),
    contextLine(text(progressText(incident)), ...timings(incident)),
    ...(incident.status === 'closed' ? [] : buttons(closeButton(incident.id, isRunning(incident)))),
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
  const fingerprints = new Set(incident.alerts.map(({ alert }) => alert.fingerprint)).size;
  if (fingerprints === 0) return '';
  const count = fingerprints === 1 ? '1 alert' : `${fingerprints} alerts`;
  return ` · ${count} ${alertsResolved(incident) ? 'resolved' : 'firing'}`;
}

function causeLine({ causes }: Incident): Part[] {
  const cause = causes[0];
  if (cause === undefined) return [];
  const culprit = cause.culprit === null ? '' : ` · ${clip(culpritName(cause.culprit), 150)}`;
  const sure = ` (${Math.round(cause.confidence * 100)} % sure)`;
  return [line(bold('Cause: '), text(`${clip(cause.title, 200)}${culprit}${sure}`))];
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
  if (run.status === 'completed') return `${name}: all ${total} steps ended`;
  const number = Math.min(run.position + 1, total);
  if (run.status === 'aborted') return `${name}: stopped at step ${number} of ${total}`;
  const title = present !== undefined && !isEnd(present.status) ? ` · ${clip(present.step.title, 80)}` : '';
  return `${name}: step ${number} of ${total}${title}`;
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
