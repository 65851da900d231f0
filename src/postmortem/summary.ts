import type { Incident, StepAttempt } from '../domain/incident.ts';
import type { Measured } from '../domain/post-mortem.ts';
import { actorName } from '../domain/told.ts';
import type { ClockFace } from '../words/clock-face.ts';
import { spent } from './duration.ts';
import { impactText } from './impact.ts';
import { plain } from './markdown.ts';

/** How long, how bad, on what, and who decided. */
export function summary(incident: Incident, clock: ClockFace, measured: Measured | null): string[] {
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
  const deciders = [...new Set(incident.runs.flatMap(({ attempts }) => attempts.flatMap(decidersOf)))];
  const told = (measured?.impact ?? []).filter(({ value }) => value !== null).map(impactText);
  return [
    `- **Incident**: ${plain(incident.id)}, database ${plain(incident.database)}${plain(service)}`,
    `- **Duration**: ${clock.full(openedAt)} to ${end}${minutes}`,
    ...(reached.length === 0 ? [] : [`- **From the alert**: ${reached.join(', ')}`]),
    `- **Severity**: ${plain(incident.severity)}`,
    `- **Impact**: ${told.length === 0 ? 'not measured' : told.map(plain).join('; ')}`,
    `- **Decided by**: ${deciders.length === 0 ? 'nobody' : deciders.map(plain).join(', ')}`,
    ...forced(incident, clock),
    ...refusals(incident),
  ];
}

function decidersOf({ approval, decision }: StepAttempt): string[] {
  const people = [...(approval === null ? [] : [approval.by]), ...(decision === null ? [] : [decision.by])];
  return people.flatMap((by) => (by.kind === 'person' ? [actorName(by)] : []));
}

/** Decisions of people who were not on the list, each with its reason. */
function forced({ forced: all }: Incident, clock: ClockFace): string[] {
  return all.map(
    ({ by, at, what, reason }) =>
      `- **Break-glass**: ${plain(actorName(by))}, who was not on the list, ${plain(what)} at ${clock.short(at)}: ${plain(reason)}`,
  );
}

/** Whoever was refused is told here too: who may decide is part of what has to be learned. */
function refusals({ refusals: all }: Incident): string[] {
  if (all.length === 0) return [];
  const names = [...new Set(all.map(({ by }) => actorName(by)))];
  return [
    `- **Refused**: ${all.length} of the decisions that were tried, by ${names.map(plain).join(', ')}; the timeline says why`,
  ];
}
