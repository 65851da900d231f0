import type { Actor, Person } from './actor.ts';
import type { Alert } from './alert.ts';
import type { BreakGlass } from './break-glass.ts';
import type { Cause } from './cause.ts';
import { type Charge, foldCharge, nobodyInCharge } from './charge.ts';
import type { AttemptRef, Choice } from './command.ts';
import {
  type DomainEvent,
  type EventOf,
  type Fault,
  type IncidentEvent,
  isIncidentEvent,
  type Phase,
  type RecordedEvent,
} from './event.ts';
import { type Forced, forcedBy } from './forced.ts';
import type { Anchor } from './journal-entry.ts';
import { mergedSeries } from './load.ts';
import type { Note } from './note.ts';
import type { Outcome, Series, Verdict } from './outcome.ts';
import type { Plan, Selection } from './plan.ts';
import type { Measured } from './post-mortem.ts';
import { foldReminders, type Reminder } from './reminder.ts';
import type { Purpose, Runbook, RunbookStep } from './runbook.ts';

/**
 * `planning` reads the world · `awaiting` a decision · `approved` and not begun · `executing` · `verifying` ·
 * `attention` of a person needed · `passed`, `accepted`, `skipped` and `aborted` are ends.
 */
export type StepStatus =
  | 'planning'
  | 'awaiting'
  | 'approved'
  | 'executing'
  | 'verifying'
  | 'attention'
  | 'passed'
  | 'accepted'
  | 'skipped'
  | 'aborted';

/** One try of one step. A new try is made when a person goes back to it; the old one stays as history. */
export interface StepAttempt {
  readonly step: RunbookStep;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly plan: Plan | null;
  readonly hash: string | null;
  /** How many plans were made for it. */
  readonly drawn: number;
  readonly expiresAt: string | null;
  /** What differs from the plan that was on the screen before. */
  readonly differs: readonly string[];
  /** Which targets a person wants instead of the proposed ones, or null; what is still there stays chosen in a new plan. */
  readonly chosen: ChosenTargets | null;
  /** What the first of two people approved; kept when the second completes it. */
  readonly approval: Decision<Person> | null;
  readonly decision: Decision<Actor> | null;
  /** How often its effect was begun: more than once after a crash. */
  readonly intents: number;
  readonly outcome: Outcome | null;
  readonly verdict: Verdict | null;
  readonly fault: (Fault & { readonly phase: Phase }) | null;
  /** Who skipped or accepted it and why; `passedBy` when it is for another cause than the one that was named. */
  readonly closing: {
    readonly by: Actor;
    readonly reason: string;
    readonly choice: Choice;
    readonly passedBy?: boolean;
  } | null;
  /** ISO 8601: since when it waits for people; null when it does not. A new plan keeps it, a person's act does not. */
  readonly waitingSince: string | null;
  /** A person went back to exactly this step: it is planned whatever the cause. */
  readonly wanted: boolean;
  /** Who went back to it; absent where nobody did. */
  readonly wantedBy?: Actor;
  /** ISO 8601 times of the transitions. */
  readonly times: {
    readonly plannedAt?: string;
    readonly intendedAt?: string;
    readonly completedAt?: string;
    readonly endedAt?: string;
  };
}

/** Targets that a person chose instead of those that the plan proposes. */
export interface ChosenTargets {
  readonly targets: readonly string[];
  readonly by: Person;
  readonly at: string;
  /** How often targets were chosen in this try: no two cards of it are alike. */
  readonly turn: number;
}

/** Who decided what, when (ISO 8601), and why when it was forced. */
interface Decision<A extends Actor> {
  readonly by: A;
  readonly at: string;
  readonly selection: Selection;
  readonly breakGlass?: BreakGlass;
}

export interface Run {
  readonly number: number;
  readonly runbook: Runbook;
  readonly status: 'running' | 'completed' | 'aborted';
  readonly startedAt: string;
  /** Who started it; absent in what was folded before this was kept. */
  readonly startedBy?: Actor;
  /** Index of the present step in the runbook; equal to its length when all have ended. */
  readonly position: number;
  /** Every try in the order it began; the last one is the present one while the run is running. */
  readonly attempts: readonly StepAttempt[];
}

/** An incident, or a prevention run: the fold of its events. */
export interface Incident extends Charge {
  readonly id: string;
  /** `prevention`: nothing is out of order, people apply remedies. */
  readonly purpose: Purpose;
  /** Number of events folded. */
  readonly version: number;
  readonly status: 'open' | 'closed';
  readonly title: string;
  readonly database: string;
  readonly service: string | null;
  readonly severity: string;
  readonly dedupeKey: string;
  readonly openedBy: Actor;
  readonly openedAt: string;
  readonly alerts: readonly AlertNote[];
  /** Alerts that a rule of inhibition calls symptoms, and their ends: they keep nothing open. */
  readonly symptoms: readonly AlertNote[];
  /** Id of the Slack channel that a route says; null for the one of all. */
  readonly channel: string | null;
  readonly causes: readonly Cause[];
  readonly causeAt: string | null;
  readonly mitigatedAt: string | null;
  readonly recoveredAt: string | null;
  readonly closedAt: string | null;
  /** Where in the journal it was closed; null while it is open. */
  readonly closedAnchor: Anchor | null;
  readonly closedBy: Actor | null;
  /** Messages that people put into the timeline. */
  readonly notes: readonly Note[];
  readonly runs: readonly Run[];
  /** Clicks that were answered: each counts once, however often it is delivered. */
  readonly clicks: readonly string[];
  /** Who was refused what on which try, and why. */
  readonly refusals: readonly RefusalNote[];
  /** What was read of the load beside what verdicts have; each line in time order. */
  readonly measured: readonly Series[];
  /** How people were reminded of what waited for them, oldest first. */
  readonly reminders: readonly Reminder[];
  /** Decisions of people who were not on the list, oldest first. */
  readonly forced: readonly Forced[];
  /** Its post-mortems, oldest first. */
  readonly postMortems: readonly PostMortemVersion[];
  /** Version of the last event that is not about a post-mortem. */
  readonly newsVersion: number;
}

/** What an alert said, and when that came (ISO 8601). */
export interface AlertNote {
  readonly alert: Alert;
  readonly at: string;
}

/** One version of the post-mortem; `written` is null as long as it is being written. */
export interface PostMortemVersion {
  readonly number: number;
  readonly by: Person;
  /** ISO 8601. */
  readonly requestedAt: string;
  /** The `newsVersion` that it tells. */
  readonly tells: number;
  readonly written: { readonly at: string; readonly measured: Measured } | null;
}

/** Points kept of each line of the load over a whole incident. */
const MOST_POINTS = 480;

export interface RefusalNote extends AttemptRef {
  readonly by: Actor;
  readonly choice: string;
  readonly reason: string;
}

/** The run that is on, or the last one; undefined before the first. */
export function currentRun(incident: Incident): Run | undefined {
  return incident.runs.at(-1);
}

/** The try that is on, while the run is running. */
export function currentAttempt(incident: Incident): StepAttempt | undefined {
  const run = currentRun(incident);
  return run?.status === 'running' ? run.attempts.at(-1) : undefined;
}

/** Every line that was measured in the incident, from its steps and beside them. */
export function measuredSeries(incident: Incident): Series[] {
  const verdicts = incident.runs.flatMap(({ attempts }) =>
    attempts.flatMap(({ verdict }) => verdict?.series ?? []),
  );
  return mergedSeries([...incident.measured, ...verdicts], MOST_POINTS);
}

/** Whether every firing alert of the incident has been resolved by its sender. */
export function alertsResolved(incident: Incident): boolean {
  const last = new Map(incident.alerts.map(({ alert }) => [alert.fingerprint, alert.status]));
  return last.size > 0 && [...last.values()].every((status) => status === 'resolved');
}

/** Folds a stream; throws when it does not begin with `incident.opened`. */
export function foldIncident(id: string, events: readonly RecordedEvent[]): Incident {
  const [first, ...rest] = events;
  if (first?.event.type !== 'incident.opened') {
    throw new Error(`The journal of ${id} does not begin with incident.opened.`);
  }
  return rest.reduce(evolve, open(id, first.event, first.at));
}

/** Folds what was appended since an incident was folded. */
export function foldOn(incident: Incident, events: readonly RecordedEvent[]): Incident {
  return events.reduce(evolve, incident);
}

function open(id: string, event: EventOf<'incident.opened'>, at: string): Incident {
  return {
    id,
    purpose: event.purpose ?? 'incident',
    version: 1,
    status: 'open',
    title: event.title,
    database: event.database,
    service: event.service,
    severity: event.severity,
    dedupeKey: event.dedupeKey,
    openedBy: event.by,
    openedAt: at,
    alerts: event.alert === null ? [] : [{ alert: event.alert, at }],
    symptoms: [],
    channel: event.channel ?? null,
    causes: [],
    causeAt: null,
    mitigatedAt: null,
    recoveredAt: null,
    closedAt: null,
    closedAnchor: null,
    closedBy: null,
    ...nobodyInCharge,
    notes: [],
    runs: [],
    clicks: [],
    refusals: [],
    measured: [],
    reminders: [],
    postMortems: [],
    newsVersion: 1,
    forced: [],
  };
}

/** Applies one event. Total over events: what does not concern the present state changes nothing but the version. */
export function evolve(incident: Incident, recorded: RecordedEvent): Incident {
  const { event, at, version, position, hash } = recorded;
  const closedAnchor = event.type === 'incident.closed' ? { position, hash } : incident.closedAnchor;
  const click = 'click' in event ? event.click : undefined;
  const clicks = click === undefined ? incident.clicks : [...incident.clicks, click];
  const newsVersion = event.type.startsWith('postmortem.') ? incident.newsVersion : version;
  const one = forcedBy(event, (step) => titleIn(incident, step), at);
  const forced = one === null ? incident.forced : [...incident.forced, one];
  const now = isIncidentEvent(event) ? apply(incident, event, at) : incident;
  return { ...now, clicks, forced, version, closedAnchor, newsVersion };
}

function titleIn(incident: Incident, step: string): string {
  return currentRun(incident)?.runbook.steps.find(({ id }) => id === step)?.title ?? step;
}

function apply(incident: Incident, event: IncidentEvent, at: string): Incident {
  switch (event.type) {
    case 'incident.opened':
    case 'alert.ignored':
      return incident;
    case 'decision.refused': {
      const { step, attempt, by, choice, reason } = event;
      return { ...incident, refusals: [...incident.refusals, { step, attempt, by, choice, reason }] };
    }
    case 'load.measured':
      return { ...incident, measured: mergedSeries([...incident.measured, ...event.series], MOST_POINTS) };
    case 'decision.reminded':
    case 'page.sent':
    case 'page.failed':
    case 'page.acknowledged':
    case 'page.resolved':
      return { ...incident, reminders: foldReminders(incident.reminders, event, at) };
    case 'postmortem.requested': {
      const { number, by } = event;
      const asked = { number, by, requestedAt: at, tells: incident.newsVersion, written: null };
      return { ...incident, postMortems: [...incident.postMortems, asked] };
    }
    case 'postmortem.written': {
      const written = { at, measured: event.measured };
      const postMortems = incident.postMortems.map((one) =>
        one.number === event.number && one.written === null ? { ...one, written } : one,
      );
      return { ...incident, postMortems };
    }
    case 'alert.attached':
    case 'alert.resolved':
    case 'alert.inhibited':
      return withAlert(incident, event.alert, at, event.type === 'alert.inhibited');
    case 'cause.named':
      return { ...incident, causes: event.causes, causeAt: incident.causeAt ?? at };
    case 'charge.taken':
    case 'charge.handed-over':
    case 'responder.added':
      return { ...incident, ...foldCharge(incident, event, at) };
    case 'note.added': {
      const { by, text, said, message, source } = event;
      return { ...incident, notes: [...incident.notes, { by, text, said, message, source }] };
    }
    case 'incident.mitigated':
      return { ...incident, mitigatedAt: at };
    case 'incident.recovered':
      return { ...incident, recoveredAt: at };
    case 'incident.closed':
      return { ...incident, status: 'closed', closedAt: at, closedBy: event.by };
    case 'run.started':
      return { ...incident, runs: [...incident.runs, startRun(event, at)] };
    case 'run.completed':
      return changeRun(incident, (run) => ({ ...run, status: 'completed' }));
    case 'run.aborted':
      return changeRun(incident, (run) => ({
        ...endAttempt(run, 'aborted', { by: event.by, reason: event.reason, choice: 'abort' }, at),
        status: 'aborted',
      }));
    case 'run.rewound':
      return changeRun(incident, (run) => rewind(run, event.to, event.by, at));
    default:
      return changeRun(incident, (run) => applyToStep(run, event, at));
  }
}

/** Notes what an alert says: as a symptom, or the end of one, or as a part of the incident. */
export function withAlert<I extends Pick<Incident, 'alerts' | 'symptoms'>>(
  incident: I,
  alert: Alert,
  at: string,
  isSymptom: boolean,
): I {
  const { alerts, symptoms } = incident;
  const among = (notes: readonly AlertNote[]) =>
    notes.some((note) => note.alert.fingerprint === alert.fingerprint);
  const endsSymptom = alert.status === 'resolved' && among(symptoms) && !among(alerts);
  return isSymptom || endsSymptom
    ? { ...incident, symptoms: [...symptoms, { alert, at }] }
    : { ...incident, alerts: [...alerts, { alert, at }] };
}

type StepEvent = Exclude<
  Extract<DomainEvent, { step: string; attempt: number }>,
  { type: 'decision.refused' | 'decision.reminded' }
>;

function applyToStep(run: Run, event: StepEvent, at: string): Run {
  switch (event.type) {
    case 'step.planned':
      return changeAttempt(run, (current) => ({
        status: 'awaiting',
        plan: event.plan,
        hash: event.hash,
        drawn: current.drawn + 1,
        expiresAt: event.expiresAt,
        differs: event.differs,
        waitingSince: current.waitingSince ?? at,
        chosen: stillChosen(current, event.plan),
        times: { ...current.times, plannedAt: current.times.plannedAt ?? at },
      }));
    case 'step.outdated':
      return changeAttempt(run, () => ({
        status: 'planning',
        approval: null,
        decision: null,
        intents: 0,
        differs: event.differs,
        // Somebody's click found it too old, or took an approval back: the waiting begins anew.
        waitingSince: null,
      }));
    case 'targets.chosen':
      return changeAttempt(run, ({ chosen }) => ({
        chosen: { targets: event.targets, by: event.by, at, turn: (chosen?.turn ?? 0) + 1 },
      }));
    case 'approval.recorded':
      return changeAttempt(run, () => ({ approval: decisionOf(event, at), waitingSince: at }));
    case 'decision.recorded':
      return changeAttempt(run, () => ({
        status: 'approved',
        decision: decisionOf(event, at),
        waitingSince: null,
      }));
    case 'effect.intended':
      return changeAttempt(run, (current) => ({
        status: 'executing',
        fault: null,
        intents: current.intents + 1,
        times: { ...current.times, intendedAt: current.times.intendedAt ?? at },
      }));
    case 'effect.completed':
      return changeAttempt(run, (current) => ({
        status: 'verifying',
        outcome: event.outcome,
        times: { ...current.times, completedAt: at },
      }));
    case 'step.verified':
      return event.verdict.status === 'passed'
        ? advance(changeAttempt(run, () => ({ status: 'passed', verdict: event.verdict }), at))
        : changeAttempt(run, () => ({ status: 'attention', verdict: event.verdict, waitingSince: at }));
    case 'step.failed':
      return changeAttempt(run, () => ({
        status: 'attention',
        fault: { ...event.fault, phase: event.phase },
        waitingSince: at,
      }));
    case 'step.skipped':
      return advance(endAttempt(run, 'skipped', skipping(event), at));
    case 'step.accepted': {
      const closing = { by: event.by, reason: 'Went on anyway.', choice: 'continue' } as const;
      return advance(endAttempt(run, 'accepted', closing, at));
    }
  }
}

/**
 * What a person left out or added stays so in a new plan, as far as it is still there: a plan that is made anew must not
 * take back in silence that somebody is to be spared.
 */
function stillChosen({ plan, chosen }: StepAttempt, fresh: Plan): ChosenTargets | null {
  if (plan === null || chosen === null) return null;
  const known = new Set(plan.targets.map(({ id }) => id));
  const targets = fresh.targets
    .filter(({ id, selected }) => (known.has(id) ? chosen.targets.includes(id) : selected))
    .map(({ id }) => id);
  const proposed = fresh.targets.filter(({ selected }) => selected).length;
  const isProposal =
    targets.length === proposed &&
    fresh.targets.every(({ id, selected }) => selected === targets.includes(id));
  return isProposal ? null : { ...chosen, targets };
}

function decisionOf<A extends Actor>(
  { by, selection, breakGlass }: { by: A; selection: Selection; breakGlass?: BreakGlass | undefined },
  at: string,
): Decision<A> {
  return { by, at, selection, ...(breakGlass === undefined ? {} : { breakGlass }) };
}

function skipping({ by, reason, passedBy }: EventOf<'step.skipped'>): Closing {
  return { by, reason, choice: 'skip', ...(passedBy === true ? { passedBy } : {}) };
}

function startRun(event: EventOf<'run.started'>, at: string): Run {
  const run: Run = {
    number: event.run,
    runbook: event.runbook,
    status: 'running',
    startedAt: at,
    startedBy: event.by,
    position: 0,
    attempts: [],
  };
  return begin(run);
}

/** Begins a try of the step at the run's position, if there is one. */
function begin(run: Run, wantedBy?: Actor): Run {
  const step = run.runbook.steps[run.position];
  if (step === undefined) return run;
  const attempt = run.attempts.filter((earlier) => earlier.step.id === step.id).length + 1;
  return { ...run, attempts: [...run.attempts, newAttempt(step, attempt, wantedBy)] };
}

function newAttempt(step: RunbookStep, attempt: number, wantedBy: Actor | undefined): StepAttempt {
  return {
    step,
    attempt,
    status: 'planning',
    plan: null,
    hash: null,
    drawn: 0,
    expiresAt: null,
    differs: [],
    chosen: null,
    approval: null,
    decision: null,
    intents: 0,
    outcome: null,
    verdict: null,
    fault: null,
    closing: null,
    waitingSince: null,
    wanted: wantedBy !== undefined,
    ...(wantedBy === undefined ? {} : { wantedBy }),
    times: {},
  };
}

function advance(run: Run): Run {
  return begin({ ...run, position: run.position + 1 });
}

function rewind(run: Run, to: string, by: Actor, at: string): Run {
  const position = run.runbook.steps.findIndex((step) => step.id === to);
  if (position === -1) return run;
  const left = run.attempts.at(-1);
  const open = left !== undefined && !isEnd(left.status);
  const closing: Closing =
    left?.step.id === to
      ? { by, reason: 'tried again', choice: 'retry' }
      : { by, reason: `went back to "${run.runbook.steps[position]?.title ?? to}"`, choice: 'back' };
  const closed = open ? endAttempt(run, 'aborted', closing, at) : run;
  return begin({ ...closed, position }, by);
}

/** Whether a try has ended. */
export function isEnd(status: StepStatus): boolean {
  return status === 'passed' || status === 'accepted' || status === 'skipped' || status === 'aborted';
}

function changeRun(incident: Incident, change: (run: Run) => Run): Incident {
  const run = currentRun(incident);
  return run === undefined ? incident : { ...incident, runs: [...incident.runs.slice(0, -1), change(run)] };
}

type Closing = NonNullable<StepAttempt['closing']>;

function endAttempt(run: Run, status: 'skipped' | 'accepted' | 'aborted', closing: Closing, at: string): Run {
  return changeAttempt(run, () => ({ status, closing }), at);
}

/** Changes the present try; `endedAt` is set when the change ends it. */
function changeAttempt(
  run: Run,
  change: (current: StepAttempt) => Partial<StepAttempt>,
  endedAt?: string,
): Run {
  const current = run.attempts.at(-1);
  if (current === undefined || isEnd(current.status)) return run;
  const changed = { ...current, ...change(current) };
  const times = endedAt === undefined ? changed.times : { ...changed.times, endedAt };
  return { ...run, attempts: [...run.attempts.slice(0, -1), { ...changed, times }] };
}
