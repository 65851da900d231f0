import type { Person } from '../domain/actor.ts';
import { type Cause, culpritName } from '../domain/cause.ts';
import { type IncidentEvent, isIncidentEvent, type RecordedEvent } from '../domain/event.ts';
import { formatShare } from '../domain/format.ts';
import type { Plan, Selection } from '../domain/plan.ts';
import type { ReminderLevel, WaitsFor } from '../domain/remind-times.ts';
import { actorName } from '../domain/told.ts';

/** Something that happened, for people to read. */
export interface Moment {
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
}

/** What happened in an incident, in order, from its journal alone. Pure. */
export function timelineOf(events: readonly RecordedEvent[]): Moment[] {
  const teller = createTeller();
  const moments = events.flatMap(({ at, event }) => {
    const text = isIncidentEvent(event) ? teller(event) : null;
    // A note stands where it was written, which may be long before somebody put it there.
    return text === null ? [] : [{ at: event.type === 'note.added' ? event.said.at : at, text }];
  });
  return moments.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** Tells event after event: a decision is told with the plan that it is about. */
function createTeller(): (event: IncidentEvent) => string | null {
  const titles = new Map<string, string>();
  const plans = new Map<string, Plan>();
  const titleOf = (step: string): string => titles.get(step) ?? step;

  return (event) => {
    const told = tell(event);
    const forced = 'breakGlass' in event ? event.breakGlass : undefined;
    return told === null || forced === undefined
      ? told
      : `${told}. Break-glass, as not on the list: ${forced.reason}`;
  };

  function tell(event: IncidentEvent): string | null {
    switch (event.type) {
      case 'incident.opened':
        return event.alert === null
          ? `${actorName(event.by)} opened the incident by hand: ${event.title}`
          : `Alert ${event.alert.name} fired: ${event.title}`;
      case 'alert.attached':
        return `Alert ${event.alert.name} fired too`;
      case 'alert.resolved':
        return `Alert ${event.alert.name} was resolved by its sender`;
      case 'alert.inhibited':
        return `Alert ${event.alert.name} fired too, as a symptom. ${event.reason}`;
      case 'alert.ignored':
        return `Alert ${event.alert.name} was held back. ${event.reason}`;
      case 'run.started':
        for (const step of event.runbook.steps) titles.set(step.id, step.title);
        return `Runbook "${event.runbook.title}" was started by ${actorName(event.by)}`;
      case 'step.planned':
        plans.set(event.step, event.plan);
        return null;
      case 'step.outdated':
        return event.differs.length === 0
          ? null
          : `The plan for "${titleOf(event.step)}" was made anew: ${event.differs.join(' ')}`;
      case 'step.skipped':
        return event.passedBy === true
          ? null
          : `"${titleOf(event.step)}" was skipped by ${actorName(event.by)}: ${event.reason}`;
      case 'targets.chosen':
        return `${actorName(event.by)} chose for "${titleOf(event.step)}": ${chosenWords(plans.get(event.step), event.targets)}`;
      case 'approval.recorded':
        return `${actorName(event.by)} approved "${titleOf(event.step)}" as the first of two`;
      case 'decision.recorded':
        return event.by.kind === 'person'
          ? `${actorName(event.by)} decided: ${decided(titleOf(event.step), plans.get(event.step), event.selection)}`
          : null;
      case 'decision.refused':
        return `${actorName(event.by)} was refused on "${titleOf(event.step)}": ${event.reason}`;
      case 'decision.reminded':
        return `Reminded ${reminded[event.level]} that ${waited[event.waitsFor]} "${titleOf(event.step)}"`;
      case 'page.sent':
        return `Somebody was paged (${event.reference})`;
      case 'page.failed':
        return `${pageFailures[event.doing]}: ${event.fault.message}`;
      case 'effect.completed':
        return `${event.outcome.summary}${event.reconciled ? ' (found done after an interruption)' : ''}`;
      case 'step.verified':
        return `${titleOf(event.step)}: ${event.verdict.status}. ${event.verdict.evidence}`;
      case 'step.failed':
        return `"${titleOf(event.step)}" could not go on: ${event.fault.message}`;
      case 'step.accepted':
        return `${actorName(event.by)} went on although "${titleOf(event.step)}" had not passed`;
      case 'run.rewound':
        return `${actorName(event.by)} went back to "${titleOf(event.to)}"`;
      case 'run.aborted':
        return `${actorName(event.by)} stopped the run: ${event.reason}`;
      case 'charge.taken':
        return event.from === undefined
          ? `${actorName(event.by)} took charge`
          : `${actorName(event.by)} took charge from ${actorName(event.from)}`;
      case 'charge.handed-over':
        return `${actorName(event.by)} handed the incident over to ${actorName(event.to)}`;
      case 'responder.added':
        return respondersAdded(event.by, event.who);
      case 'note.added':
        return `${event.said.by} wrote: "${event.text}" (put here by ${actorName(event.by)}${event.source === null ? '' : `, ${event.source}`})`;
      case 'cause.named':
        return namedCause(event.causes);
      case 'incident.mitigated':
        return `Mitigated: ${event.evidence}`;
      case 'incident.recovered':
        return `Recovered: ${event.evidence}`;
      case 'incident.closed':
        return `The incident was closed by ${actorName(event.by)}: ${event.reason}`;
      case 'postmortem.requested':
        return `${actorName(event.by)} asked for the post-mortem, version ${event.number}`;
      case 'postmortem.written':
      case 'effect.intended':
      case 'load.measured':
      case 'run.completed':
      case 'page.acknowledged':
      case 'page.resolved':
        return null;
    }
  }
}

const reminded: Readonly<Record<ReminderLevel, string>> = {
  thread: 'the thread',
  group: 'the channel',
  page: 'by a page',
};

const pageFailures = {
  page: 'Nobody could be paged',
  acknowledge: 'The pager could not be told that somebody took charge',
  resolve: 'A page could not be taken back',
} as const;

const waited: Readonly<Record<WaitsFor, string>> = {
  decision: 'a decision is awaited on',
  'second-person': 'a second person is awaited on',
  attention: 'somebody has to look at',
};

function chosenWords(plan: Plan | undefined, targets: readonly string[]): string {
  const left = (plan?.targets ?? []).filter(({ id, selected }) => selected && !targets.includes(id));
  const without = left.length === 0 ? '' : `, without ${left.map(({ label }) => label).join('; ')}`;
  return `${targets.length} of ${plan?.targets.length ?? targets.length} targets${without}`;
}

function decided(title: string, plan: Plan | undefined, selection: Selection): string {
  const labels = (plan?.targets ?? [])
    .filter(({ id }) => selection.targets.includes(id))
    .map(({ label }) => label);
  const targets = labels.length === 0 ? '' : ` (${labels.join('; ')})`;
  return `run "${title}"${targets}`;
}

function respondersAdded(by: Person, who: readonly Person[]): string {
  const [only] = who;
  if (who.length === 1 && only?.id === by.id) return `${actorName(by)} joined`;
  return `${actorName(by)} asked for help: ${who.map(actorName).join(', ')}`;
}

function namedCause([first]: readonly Cause[]): string | null {
  if (first === undefined) return null;
  const culprit = first.culprit === null ? '' : `, ${culpritName(first.culprit)}`;
  return `Cause named: ${first.title}${culprit} (${formatShare(first.confidence)} sure)`;
}
