import { randomUUID } from 'node:crypto';
import type { ActionClass, Person } from '../domain/actor.ts';
import { cardHash } from '../domain/card-hash.ts';
import type { Choice } from '../domain/command.ts';
import { describeError, isStateAway } from '../domain/errors.ts';
import { currentAttempt, type Incident, type StepAttempt } from '../domain/incident.ts';
import { type Plan, proposedSelection, type Selection } from '../domain/plan.ts';
import type { Answer, IncidentDesk, IncidentView, Reply } from '../engine/desk.ts';
import type { Clock } from '../ports/clock.ts';
import { byHandLines } from './card.ts';
import { type Decision, type Deed, isAwaited, offersOf, underWay } from './deeds.ts';
import { askToForce } from './force.ts';
import { BLANK, say } from './lines.ts';
import { withoutMentions } from './mentions.ts';
import { newsLines } from './news.ts';
import { everyStatement } from './plan-lines.ts';
import { explainLines, whyNotLines } from './result-lines.ts';
import type { Screen } from './screen.ts';
import type { TellTime } from './tell-time.ts';

/** Milliseconds between two looks at the journal; it costs one short query of the state. */
const LOOK_MS = 400;

export interface Attendance {
  readonly desk: Pick<IncidentDesk, 'view' | 'answer' | 'charge' | 'close'>;
  readonly incidentId: string;
  readonly by: Person;
  readonly screen: Screen;
  readonly time: TellTime;
  readonly clock: Clock;
  /** What a decision on a step of this kind permits; what only reads is run without asking twice. */
  readonly actionClassOf: (stepKind: string) => ActionClass;
  /** Aborts when the incident can no longer be followed from here. */
  readonly signal: AbortSignal;
  /** Resolves at the next Ctrl-C while no question stands on the screen. */
  readonly interrupted: (signal: AbortSignal) => Promise<void>;
}

/**
 * Follows an incident on a screen and brings what a person decides to the desk, until it is closed or the person leaves.
 * Whatever others decide meanwhile takes the question away and shows what became of it. Throws the signal's reason.
 */
export async function attend(attendance: Attendance): Promise<'closed' | 'left'> {
  const { screen, time, signal } = attendance;
  let shown: Incident | null = null;
  for (;;) {
    const view = await look(attendance);
    const { incident } = view;
    screen.print(newsLines(shown, incident, time));
    shown = incident;
    if (incident.status === 'closed') return 'closed';
    const deed = isAwaited(incident) ? await ask(attendance, incident) : await follow(attendance, view);
    signal.throwIfAborted();
    if (deed?.do === 'leave') return 'left';
    if (deed !== null) await perform(attendance, incident, deed).catch(tellStateAway(attendance));
  }
}

/** A state that does not answer ends nothing: what became of the deed is read from it when it is back, and asked again. */
function tellStateAway({ screen }: Attendance): (error: unknown) => void {
  return (error) => {
    if (!isStateAway(error)) throw error;
    const mark = error.code === 'state-unavailable' ? 'Not done: ' : 'Not sure: ';
    screen.print([say(`${error.message} ${error.hint}`, { mark, style: 'warning' })]);
  };
}

/** The incident as it is; a state that does not answer is asked again. */
async function look({ desk, incidentId, screen, clock, signal }: Attendance): Promise<IncidentView> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const view = await desk.view(incidentId);
      if (view !== null) return view;
      throw new Error(`The content of ${incidentId} is gone from the journal.`);
    } catch (error) {
      const { code, message } = describeError(error);
      if (code !== 'state-unavailable') throw error;
      screen.status(`${message} Trying again.`);
      await clock.sleep(LOOK_MS, signal);
    }
  }
}

/** Shows how far it is until something happened, or until the person wants the menu. */
async function follow(attendance: Attendance, view: IncidentView): Promise<Deed | null> {
  const { screen, interrupted, signal } = attendance;
  const { version } = view.incident;
  using done = linked(signal);
  const menu = interrupted(done.signal).then(
    () => true,
    () => false,
  );
  screen.status(bottomLine(view));
  const changed = watch(attendance, done.signal, (now) => {
    screen.status(bottomLine(now));
    return now.incident.version !== version;
  });
  const wanted = await Promise.race([menu, changed.then(() => false)]);
  done.abort();
  screen.status(null);
  return wanted ? await ask(attendance, (await look(attendance)).incident) : null;
}

function bottomLine({ incident, progress }: IncidentView): string {
  return `${underWay(incident, progress?.progress.text ?? null)}   (Ctrl-C: menu)`;
}

/** Offers what can be done; null when the incident changed meanwhile. Escape and Ctrl-C ask whether to leave. */
async function ask(attendance: Attendance, incident: Incident): Promise<Deed | null> {
  const { screen, signal } = attendance;
  using done = linked(signal);
  void watch(attendance, done.signal, (now) => now.incident.version !== incident.version).then(
    () => done.abort(),
    () => undefined,
  );
  screen.print([BLANK]);
  const items = offersOf(incident, attendance.by.id).map(({ deed, label }) => ({ value: deed, label }));
  const deed = await screen.choose('What now?', items, done.signal);
  if (deed !== null || done.signal.aborted) return deed;
  const leave = await screen.confirm(`Leave ${incident.id}? It stays open.`, 'Leave', signal);
  return leave === false ? null : { do: 'leave' };
}

/** Resolves when `until` says so of a new look; rejects when the signal aborts. */
async function watch(
  { desk, incidentId, clock }: Attendance,
  signal: AbortSignal,
  until: (view: IncidentView) => boolean,
): Promise<void> {
  for (;;) {
    await clock.sleep(LOOK_MS, signal);
    const view = await desk.view(incidentId).catch(() => null);
    if (view !== null && until(view)) return;
  }
}

async function perform(attendance: Attendance, incident: Incident, deed: Deed): Promise<void> {
  const { screen } = attendance;
  const attempt = currentAttempt(incident);
  switch (deed.do) {
    case 'explain':
      return screen.print(explainLines(incident));
    case 'why-not':
      return screen.print(whyNotLines(incident));
    case 'by-hand':
      return attempt === undefined ? undefined : screen.print(byHandLines(attempt));
    case 'statements':
      return attempt?.plan == null ? undefined : screen.print(everyStatement(attempt.plan));
    case 'take-charge':
      return tell(attendance, await takeCharge(attendance, incident));
    case 'close':
      return await close(attendance, incident);
    case 'leave':
      return;
    default:
      if (attempt !== undefined) await decide(attendance, incident, attempt, deed);
  }
}

async function decide(
  attendance: Attendance,
  { id }: Incident,
  attempt: StepAttempt,
  deed: Decision,
): Promise<void> {
  const choice: Choice = deed.do === 'select' ? 'run' : deed.do;
  const selection = choice === 'run' ? await selectionOf(attendance, attempt, deed.do === 'select') : null;
  if (choice === 'run' && selection === null) return;
  if (!(await isMeant(attendance, attempt, choice, selection))) return;
  const answer: Answer = {
    incidentId: id,
    step: attempt.step.id,
    attempt: attempt.attempt,
    choice,
    hash: cardHash(attempt),
    selection,
    to: deed.to ?? null,
    by: attendance.by,
  };
  const reply = await attendance.desk.answer({ ...answer, click: randomUUID() });
  tell(attendance, reply);
  if (reply.status === 'refused' && reply.mayForce === true) await force(attendance, attempt, answer);
}

/** The same answer with a reason, from somebody who is not on the list. The desk reads again whether they may. */
async function force(attendance: Attendance, { step }: StepAttempt, answer: Answer): Promise<void> {
  const { desk, screen, signal } = attendance;
  const breakGlass = await askToForce(screen, step.title, signal);
  if (breakGlass !== null)
    tell(attendance, await desk.answer({ ...answer, breakGlass, click: randomUUID() }));
}

/** Targets and answers; null when the person left the question. */
async function selectionOf(
  { screen, signal }: Attendance,
  { plan, approval }: StepAttempt,
  change: boolean,
): Promise<Selection | null> {
  if (plan === null) return null;
  if (approval !== null) return approval.selection;
  const proposed = proposedSelection(plan);
  const targets = change
    ? await screen.pick(
        'Act on (space ticks, enter goes on):',
        plan.targets.map(({ id, label, selected }) => ({ value: id, label, selected })),
        signal,
      )
    : proposed.targets;
  const choices = targets === null ? null : await answersOf(screen, plan, signal);
  return targets === null || choices === null ? null : { targets, choices };
}

async function answersOf(
  screen: Screen,
  plan: Plan,
  signal: AbortSignal,
): Promise<Record<string, string> | null> {
  const answers: Record<string, string> = {};
  for (const { id, label, options, default: proposed } of plan.choices) {
    const items = options.map((option) => ({
      value: option.value,
      label: `${option.label}: ${option.consequence}`,
    }));
    const answer = await screen.choose(label, items, signal, proposed);
    if (answer === null) return null;
    answers[id] = answer;
  }
  return answers;
}

/** Repeats the consequence of what changes something, and asks once more; "Not now" is proposed. */
async function isMeant(
  { screen, actionClassOf, signal }: Attendance,
  { plan, step }: StepAttempt,
  choice: Choice,
  selection: Selection | null,
): Promise<boolean> {
  if (choice === 'run') {
    if (plan === null || actionClassOf(step.kind) === 'observe') return true;
    screen.print([
      ...plan.warnings.map((warning) => say(warning, { mark: '! ', style: 'warning' })),
      say(plan.impact),
    ]);
    const on =
      plan.targets.length === 0 ? '' : ` on ${selection?.targets.length ?? 0} of ${plan.targets.length}`;
    return (await screen.confirm(`${step.title}${on}?`, 'Run it', signal)) === true;
  }
  if (choice === 'abort') {
    const question = 'Stop the run? What was done stays done; the incident stays open.';
    return (await screen.confirm(question, 'Stop the run', signal)) === true;
  }
  if (choice === 'continue') {
    const question = 'Go on although this step is not proved to have helped?';
    return (await screen.confirm(question, 'Go on', signal)) === true;
  }
  return true;
}

async function close(attendance: Attendance, { id }: Incident): Promise<void> {
  const { screen, desk, by, signal } = attendance;
  const sure = await screen.confirm(`Close ${id}? What was suspended stays suspended.`, 'Close it', signal);
  if (sure === true) tell(attendance, await desk.close(id, by, 'Closed at a terminal.', randomUUID()));
}

function takeCharge({ desk, by }: Attendance, { id, lead }: Incident): Promise<Reply> {
  return desk.charge(id, { type: 'take-charge', by, from: lead?.who.id ?? null, click: randomUUID() });
}

function tell({ screen }: Attendance, reply: Reply): void {
  if (reply.status === 'refused')
    screen.print([say(withoutMentions(reply.message), { mark: 'Not done: ', style: 'warning' })]);
}

/** A signal of its own that also aborts with another one. */
function linked(outer: AbortSignal) {
  const own = new AbortController();
  const abort = () => own.abort(outer.reason);
  if (outer.aborted) abort();
  outer.addEventListener('abort', abort, { once: true });
  return {
    signal: own.signal,
    abort: () => own.abort(new Error('Over.')),
    [Symbol.dispose]() {
      own.abort(new Error('Over.'));
      outer.removeEventListener('abort', abort);
    },
  };
}
