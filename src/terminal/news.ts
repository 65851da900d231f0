import { currentRun, type Incident, isEnd, type Run, type StepAttempt } from '../domain/incident.ts';
import { actorName } from '../domain/told.ts';
import { cardLines } from './card.ts';
import { headLines } from './head.ts';
import { BLANK, type Line, say } from './lines.ts';
import type { TellTime } from './tell-time.ts';

/** What a screen that showed `before` has to add so that it tells the incident as it is now. Pure. */
export function newsLines(before: Incident | null, now: Incident, time: TellTime): Line[] {
  return before === null ? arrival(now, time) : [...around(before, now, time), ...steps(before, now, time)];
}

/** Whoever comes in the middle of it reads where it stands, what was done, and the present card. */
function arrival(incident: Incident, time: TellTime): Line[] {
  const run = currentRun(incident);
  const past = incident.runs
    .flatMap(({ attempts }) => attempts.filter(isShown))
    .filter(({ status }) => isEnd(status));
  const present = run?.attempts.at(-1);
  return [
    ...headLines(incident, time),
    ...(past.length === 0 ? [] : [BLANK, say('So far:', { style: 'title' })]),
    ...past.map(pastLine),
    ...(run !== undefined && present !== undefined && isShown(present) && !isEnd(present.status)
      ? cardLines(run, present, time)
      : []),
  ];
}

function pastLine({ step, outcome, verdict, closing }: StepAttempt): Line {
  const what = verdict?.evidence ?? outcome?.summary ?? closing?.reason ?? '';
  return say(`${step.title}: ${what}`, { mark: '- ', indent: 1 });
}

/** What happened to the incident itself: alerts, milestones, its end. */
function around(before: Incident, now: Incident, time: TellTime): Line[] {
  const alerts = now.alerts
    .slice(before.alerts.length)
    .map(({ alert, at }) => say(`${time(at)} Alert ${alert.name} is ${alert.status}.`));
  const milestones = [
    ['mitigated', before.mitigatedAt, now.mitigatedAt],
    ['recovered', before.recoveredAt, now.recoveredAt],
  ] as const;
  const lead = now.lead !== null && now.lead.who.id !== before.lead?.who.id ? now.lead : null;
  return [
    ...alerts,
    ...(lead === null ? [] : [say(`${time(lead.since)} ${actorName(lead.who)} is in charge.`)]),
    ...milestones.flatMap(([word, then, at]) =>
      at === null || at === then ? [] : [say(`${time(at)} ${now.database} is ${word}.`, { style: 'title' })],
    ),
    ...(now.status === 'closed' && before.status === 'open' && now.closedAt !== null
      ? [say(`${time(now.closedAt)} ${now.id} is closed${closer(now)}.`, { style: 'title' })]
      : []),
  ];
}

function closer({ closedBy }: Incident): string {
  return closedBy === null ? '' : ` by ${actorName(closedBy)}`;
}

function steps(before: Incident, now: Incident, time: TellTime): Line[] {
  const known = new Map(
    before.runs.flatMap((run) => run.attempts.map((one) => [keyOf(run, one), shownOf(one)])),
  );
  return now.runs.flatMap((run) =>
    run.attempts
      .filter((attempt) => isShown(attempt) && known.get(keyOf(run, attempt)) !== shownOf(attempt))
      .flatMap((attempt) => cardLines(run, attempt, time)),
  );
}

/** A step for another cause is no news; what lasts a moment is told by the line of what is going on. */
function isShown({ closing, status }: StepAttempt): boolean {
  return closing?.passedBy !== true && status !== 'planning' && status !== 'approved';
}

function keyOf({ number }: Run, { step, attempt }: StepAttempt): string {
  return `${number} ${step.id} ${attempt}`;
}

/** What a card shows: another one is news. */
function shownOf({ status, hash, approval }: StepAttempt): string {
  return `${status} ${hash} ${approval?.by.id ?? ''}`;
}
