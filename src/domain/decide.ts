import type { Actor } from './actor.ts';
import type { AttemptRef, Command, Refusal } from './command.ts';
import type { DomainEvent, Phase } from './event.ts';
import { currentAttempt, currentRun, type Incident, isEnd, type StepAttempt } from './incident.ts';
import { planHash, selectionProblem } from './plan.ts';

/** What a command leads to: events to append, and a refusal to tell (with events when the refusal itself changes something). */
export interface Decided {
  readonly events: readonly DomainEvent[];
  readonly refusal: Refusal | null;
}

const SYSTEM: Actor = { kind: 'system' };

/** The pure heart: what may follow in this state. Authority is checked before; time is given. */
export function decide(incident: Incident, command: Command, now: Date): Decided {
  if (incident.status === 'closed') return refuse('closed', `${incident.id} is closed.`);
  if (command.type === 'close') return close(incident, command);
  const run = currentRun(incident);
  if (run?.status !== 'running') return refuse('not-running', `No run of ${incident.id} is under way.`);
  if (command.type === 'complete-run') {
    if (run.position < run.runbook.steps.length) return refuse('not-possible', 'The run has steps left.');
    return accept(
      { type: 'run.completed', run: run.number },
      { type: 'incident.closed', by: SYSTEM, reason: 'Every step of the runbook has ended.' },
    );
  }
  const current = currentAttempt(incident);
  if (current === undefined || !isCurrent(current, command)) return staleStep(run.attempts, command);
  if (command.type === 'decide') return decideStep(incident, current, command, now);
  return progressStep(current, command, now);
}

function close(incident: Incident, command: Extract<Command, { type: 'close' }>): Decided {
  const current = currentAttempt(incident);
  if (current?.status === 'executing') {
    return refuse(
      'not-possible',
      `"${current.step.title}" is being executed. Close the incident when it has ended.`,
    );
  }
  const run = currentRun(incident);
  const aborted: DomainEvent[] =
    run?.status === 'running'
      ? [{ type: 'run.aborted', run: run.number, by: command.by, reason: 'The incident was closed.' }]
      : [];
  return accept(...aborted, { type: 'incident.closed', by: command.by, reason: command.reason });
}

function isCurrent(current: StepAttempt, ref: AttemptRef): boolean {
  return current.step.id === ref.step && current.attempt === ref.attempt && !isEnd(current.status);
}

function staleStep(attempts: readonly StepAttempt[], ref: AttemptRef): Decided {
  const asked = attempts.find((earlier) => earlier.step.id === ref.step && earlier.attempt === ref.attempt);
  const by = asked?.decision?.by ?? asked?.closing?.by;
  const who = by === undefined ? '' : ` ${actorName(by)} decided.`;
  return refuse(asked?.decision == null ? 'stale-step' : 'already-decided', `This step is over.${who}`);
}

/** How an actor is named in a sentence. */
export function actorName(actor: Actor): string {
  return actor.kind === 'system' ? 'Firebreak' : actor.name;
}

type DecideCommand = Extract<Command, { type: 'decide' }>;

function decideStep(incident: Incident, current: StepAttempt, command: DecideCommand, now: Date): Decided {
  const ref = { step: current.step.id, attempt: current.attempt };
  switch (command.choice) {
    case 'abort':
      return abort(incident, current, command);
    case 'run':
      return approve(current, command, now);
    case 'skip':
      return current.status === 'awaiting' || current.status === 'attention' || current.status === 'planning'
        ? accept({ type: 'step.skipped', ...ref, by: command.by, reason: 'Skipped by a person.' })
        : alreadyDecided(current);
    case 'continue':
      return current.status === 'attention'
        ? accept({ type: 'step.accepted', ...ref, by: command.by })
        : refuse('not-possible', 'There is nothing to go on from: the step needs no attention.');
    case 'retry':
      return current.status === 'attention'
        ? accept({ type: 'run.rewound', to: current.step.id, by: command.by })
        : refuse('not-possible', 'A step can be tried again when it needs attention.');
    case 'back':
      return back(incident, current, command);
  }
}

function abort(incident: Incident, current: StepAttempt, command: DecideCommand): Decided {
  if (current.status === 'executing') {
    return refuse('not-possible', 'The step is being executed; it can be aborted when it has ended.');
  }
  const run = currentRun(incident);
  if (run === undefined) return refuse('not-running', 'No run is under way.');
  return accept({ type: 'run.aborted', run: run.number, by: command.by, reason: 'Aborted by a person.' });
}

function back(incident: Incident, current: StepAttempt, command: DecideCommand): Decided {
  const run = currentRun(incident);
  const index = run?.runbook.steps.findIndex((step) => step.id === command.to) ?? -1;
  if (run === undefined || index === -1 || index > run.position || command.to === null) {
    return refuse('not-possible', `There is no earlier step "${command.to ?? ''}".`);
  }
  const between = ['attention', 'awaiting', 'verifying'].includes(current.status);
  if (!between) return alreadyDecided(current);
  return accept({ type: 'run.rewound', to: command.to, by: command.by });
}

function approve(current: StepAttempt, command: DecideCommand, now: Date): Decided {
  const ref = { step: current.step.id, attempt: current.attempt };
  if (current.status === 'planning') {
    return refuse('stale-plan', 'This plan is being made anew. Decide on the new one.');
  }
  if (current.status !== 'awaiting' || current.plan === null) return alreadyDecided(current);
  if (command.hash === null || command.hash !== current.hash) {
    return refuse(
      'stale-plan',
      'The plan has changed since your screen was drawn. Nothing was done; decide on the new one.',
    );
  }
  if (current.expiresAt !== null && now.getTime() >= Date.parse(current.expiresAt)) {
    return {
      events: [{ type: 'step.outdated', ...ref, reason: 'expired', differs: [] }],
      refusal: {
        reason: 'expired',
        message: 'The plan is too old to act on. Nothing was done; a new one is being made.',
      },
    };
  }
  const selection = command.selection ?? { targets: [], choices: {} };
  const problem = selectionProblem(current.plan, selection);
  if (problem !== null) return refuse('bad-selection', problem);
  return accept({ type: 'decision.recorded', ...ref, hash: command.hash, selection, by: command.by });
}

function alreadyDecided(current: StepAttempt): Decided {
  const by = current.decision?.by;
  const who = by === undefined ? 'It is already under way.' : `${actorName(by)} decided already.`;
  return refuse('already-decided', `${who} Nothing more was done.`);
}

/** Where a try can be when a phase of it fails. */
const failing: Readonly<Record<Phase, readonly StepAttempt['status'][]>> = {
  plan: ['planning'],
  recheck: ['approved'],
  execute: ['approved', 'executing'],
  reconcile: ['executing'],
  verify: ['verifying'],
};

type ProgressCommand = Extract<Command, AttemptRef> & { type: Exclude<Command['type'], 'decide'> };

function progressStep(current: StepAttempt, command: ProgressCommand, now: Date): Decided {
  const ref = { step: current.step.id, attempt: current.attempt };
  const in_ = (...statuses: StepAttempt['status'][]) => statuses.includes(current.status);
  switch (command.type) {
    case 'planned': {
      if (!in_('planning')) return misplaced(current, command);
      const { plan } = command;
      if (plan.nothingToDo !== null) {
        return accept({ type: 'step.skipped', ...ref, by: SYSTEM, reason: plan.nothingToDo });
      }
      const expiresAt = new Date(now.getTime() + command.validForMs).toISOString();
      const differs = [...command.differs];
      return accept({ type: 'step.planned', ...ref, plan, hash: planHash(plan), expiresAt, differs });
    }
    case 'drifted':
      return in_('approved', 'executing') && command.intents === current.intents
        ? accept({ type: 'step.outdated', ...ref, reason: 'drifted', differs: [...command.differs] })
        : misplaced(current, command);
    case 'intend':
      return in_('approved', 'executing') && command.intents === current.intents
        ? accept({ type: 'effect.intended', ...ref, instance: command.instance })
        : misplaced(current, command);
    case 'complete':
      return in_('executing') && command.intents === current.intents
        ? accept(...completion(ref, command.outcome, command.reconciled))
        : misplaced(current, command);
    case 'verified':
      return in_('verifying') ? accept(...verification(ref, command.verdict)) : misplaced(current, command);
    case 'fail':
      return in_(...failing[command.phase]) && command.intents === current.intents
        ? accept({ type: 'step.failed', ...ref, phase: command.phase, fault: command.fault })
        : misplaced(current, command);
  }
}

function completion(
  ref: AttemptRef,
  outcome: Extract<Command, { type: 'complete' }>['outcome'],
  reconciled: boolean,
): DomainEvent[] {
  const completed: DomainEvent = { type: 'effect.completed', ...ref, outcome, reconciled };
  return outcome.causes.length === 0
    ? [completed]
    : [completed, { type: 'cause.named', causes: outcome.causes }];
}

function verification(
  ref: AttemptRef,
  verdict: Extract<Command, { type: 'verified' }>['verdict'],
): DomainEvent[] {
  const verified: DomainEvent = { type: 'step.verified', ...ref, verdict };
  if (verdict.status !== 'passed' || verdict.milestone === null) return [verified];
  return [
    verified,
    {
      type: verdict.milestone === 'mitigated' ? 'incident.mitigated' : 'incident.recovered',
      evidence: verdict.evidence,
    },
  ];
}

function misplaced(current: StepAttempt, command: Command): Decided {
  return refuse('not-possible', `"${command.type}" does not follow "${current.status}".`);
}

function accept(...events: DomainEvent[]): Decided {
  return { events, refusal: null };
}

function refuse(reason: Refusal['reason'], message: string): Decided {
  return { events: [], refusal: { reason, message } };
}
