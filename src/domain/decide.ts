import type { Actor } from './actor.ts';
import { approve, clickOf, type DecideCommand } from './approve.ts';
import { cardHash, decidedCardHash } from './card-hash.ts';
import { chooseTargets } from './choose-targets.ts';
import type { AttemptRef, Command, Progressed } from './command.ts';
import { type ChargeCommand, decideCharge } from './decide-charge.ts';
import type { DomainEvent, Phase } from './event.ts';
import { currentAttempt, currentRun, type Incident, isEnd, type StepAttempt } from './incident.ts';
import { noteText } from './note.ts';
import { planHash } from './plan.ts';
import {
  accept,
  alreadyDecided,
  approvalVoid,
  closed,
  type Decided,
  misplaced,
  notRunning,
  refuse,
  repeated,
  staleCard,
  staleStep,
} from './refuse.ts';
import type { Purpose } from './runbook.ts';
import { actorName, nameFor, whoDecided } from './told.ts';

const SYSTEM: Actor = { kind: 'system' };

/** The pure heart: what may follow in this state. Authority is checked before; time is given. */
export function decide(incident: Incident, command: Command, now: Date): Decided {
  const asker = 'by' in command ? command.by : SYSTEM;
  const asked = command.type === 'decide' ? command : null;
  if ('click' in command && isRepeated(incident, command.click)) return repeated();
  if (command.type === 'add-note') return addNote(incident, command);
  if (incident.status === 'closed') return closed(incident, asker, asked, now);
  if (command.type === 'close') return close(incident, command, now);
  if (isAboutCharge(command)) return decideCharge(incident, command, now);
  const run = currentRun(incident);
  if (run?.status !== 'running') return notRunning(incident, asker, asked, now);
  if (command.type === 'complete-run') {
    if (run.position < run.runbook.steps.length) return refuse('not-possible', 'The run has steps left.');
    return accept(
      { type: 'run.completed', run: run.number },
      { type: 'incident.closed', by: SYSTEM, reason: 'Every step of the runbook has ended.' },
    );
  }
  const current = currentAttempt(incident);
  if (current === undefined || !isCurrent(current, command)) {
    return staleStep(incident, { step: command.step, attempt: command.attempt, by: asker }, now);
  }
  if (command.type === 'decide') return decideStep(incident, current, command, now);
  return progressStep(incident, current, command, now);
}

function isAboutCharge(command: Command): command is ChargeCommand {
  return command.type === 'take-charge' || command.type === 'hand-over' || command.type === 'add-responders';
}

/** Whether this click was answered before, by any process. */
export function isRepeated(incident: Incident, click: string | undefined): boolean {
  return click !== undefined && incident.clicks.includes(click);
}

/** A closed incident takes notes too: what people know is often written down afterwards. */
function addNote(incident: Incident, command: Extract<Command, { type: 'add-note' }>): Decided {
  const { by, note } = command;
  const known = incident.notes.find(({ message }) => message === note.message);
  if (known !== undefined)
    return refuse('already-there', `${nameFor(by, known.by)} put this message there before.`);
  return accept({ type: 'note.added', by, ...note, text: noteText(note.text), ...clickOf(command) });
}

function close(incident: Incident, command: Extract<Command, { type: 'close' }>, now: Date): Decided {
  const current = currentAttempt(incident);
  if (current?.status === 'executing') {
    const who = whoDecided(current, command.by, now) ?? '';
    return refuse(
      'not-possible',
      `"${current.step.title}" is being carried out. ${who} Close the incident when it has ended.`,
    );
  }
  const run = currentRun(incident);
  const aborted: DomainEvent[] =
    run?.status === 'running'
      ? [{ type: 'run.aborted', run: run.number, by: command.by, reason: 'The incident was closed.' }]
      : [];
  return accept(...aborted, {
    type: 'incident.closed',
    by: command.by,
    reason: command.reason,
    ...clickOf(command),
  });
}

function isCurrent(current: StepAttempt, ref: AttemptRef): boolean {
  return current.step.id === ref.step && current.attempt === ref.attempt && !isEnd(current.status);
}

function decideStep(incident: Incident, current: StepAttempt, command: DecideCommand, now: Date): Decided {
  const { by } = command;
  const why = { by, ...clickOf(command) };
  const ref = { step: current.step.id, attempt: current.attempt };
  const { status } = current;
  if (command.choice === 'run') return approve(incident, current, command, now);
  if (by.kind !== 'person') return refuse('not-allowed', 'Only people decide that. Nothing was done.');
  if (command.choice === 'abort') return abort(incident, current, command, now);
  if (command.hash !== cardHash(current)) return staleCard(incident, current, by, now);
  switch (command.choice) {
    case 'targets':
      return chooseTargets(incident, current, { ...command, by }, now);
    case 'withdraw':
      return withdraw(current, command);
    case 'skip':
      return status === 'awaiting' || status === 'attention' || status === 'planning'
        ? accept({ type: 'step.skipped', ...ref, ...why, reason: 'Skipped by a person.' })
        : alreadyDecided(incident, current, by, now);
    case 'continue':
      return status === 'attention'
        ? accept({ type: 'step.accepted', ...ref, ...why })
        : refuse('not-possible', 'There is nothing to go on from: the step needs no attention.');
    case 'retry':
      return status === 'attention'
        ? accept({ type: 'run.rewound', to: current.step.id, ...why })
        : refuse('not-possible', 'A step can be tried again when it needs attention.');
    case 'back':
      return back(incident, current, command, now);
  }
}

/** Anybody who may decide on the step may take the first approval back: it only makes less possible. */
function withdraw(current: StepAttempt, command: DecideCommand): Decided {
  const { approval } = current;
  if (approval === null) return refuse('not-possible', 'There is no approval to take back.');
  return accept({
    type: 'step.outdated',
    step: current.step.id,
    attempt: current.attempt,
    reason: 'withdrawn',
    differs: approvalVoid(current, `${actorName(command.by)} took it back.`),
    by: command.by,
    ...clickOf(command),
  });
}

/** Abort also counts in the moment between a decision and its effect, which the card did not show yet. */
function abort(incident: Incident, current: StepAttempt, command: DecideCommand, now: Date): Decided {
  const { by, hash } = command;
  if (current.status === 'executing') {
    const who = whoDecided(current, by, now) ?? '';
    return refuse(
      'not-possible',
      `${who} The step is being carried out; it can be aborted when it has ended.`.trim(),
    );
  }
  if (hash !== cardHash(current) && (hash === null || hash !== decidedCardHash(current))) {
    return staleCard(incident, current, by, now);
  }
  const run = currentRun(incident);
  if (run === undefined) return refuse('not-running', 'No run is under way.');
  return accept({
    type: 'run.aborted',
    run: run.number,
    by,
    reason: 'Aborted by a person.',
    ...clickOf(command),
  });
}

function back(incident: Incident, current: StepAttempt, command: DecideCommand, now: Date): Decided {
  const run = currentRun(incident);
  const index = run?.runbook.steps.findIndex((step) => step.id === command.to) ?? -1;
  if (run === undefined || index === -1 || index > run.position || command.to === null) {
    return refuse('not-possible', `There is no earlier step "${command.to ?? ''}".`);
  }
  const between = ['attention', 'awaiting', 'verifying'].includes(current.status);
  if (!between) return alreadyDecided(incident, current, command.by, now);
  return accept({ type: 'run.rewound', to: command.to, by: command.by, ...clickOf(command) });
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

function progressStep(
  { purpose }: Incident,
  current: StepAttempt,
  command: ProgressCommand,
  now: Date,
): Decided {
  const ref = { step: current.step.id, attempt: current.attempt };
  const in_ = (...statuses: StepAttempt['status'][]) => statuses.includes(current.status);
  switch (command.type) {
    case 'planned': {
      if (!in_('planning') || command.drawn !== current.drawn) return misplaced(current, command.type);
      const { plan } = command;
      if (plan.nothingToDo !== null) {
        return accept({ type: 'step.skipped', ...ref, by: SYSTEM, reason: plan.nothingToDo });
      }
      const expiresAt = new Date(now.getTime() + command.validForMs).toISOString();
      const differs = [...command.differs];
      return accept({
        type: 'step.planned',
        ...ref,
        plan,
        hash: planHash(plan, current.drawn + 1),
        expiresAt,
        differs,
      });
    }
    case 'pass-by':
      return in_('planning')
        ? accept({ type: 'step.skipped', ...ref, by: SYSTEM, reason: command.reason, passedBy: true })
        : misplaced(current, command.type);
    case 'drifted':
      return in_('approved', 'executing') && isAtIt(current, command)
        ? accept({ type: 'step.outdated', ...ref, reason: 'drifted', differs: [...command.differs] })
        : misplaced(current, command.type);
    case 'intend':
      return in_('approved', 'executing') && isAtIt(current, command)
        ? accept({ type: 'effect.intended', ...ref, instance: command.instance })
        : misplaced(current, command.type);
    case 'complete':
      return in_('executing') && isAtIt(current, command)
        ? accept(...completion(ref, command.outcome, command.reconciled))
        : misplaced(current, command.type);
    case 'verified':
      return in_('verifying')
        ? accept(...verification(ref, command.verdict, purpose))
        : misplaced(current, command.type);
    case 'fail':
      return in_(...failing[command.phase]) && isAtIt(current, command)
        ? accept({ type: 'step.failed', ...ref, phase: command.phase, fault: command.fault })
        : misplaced(current, command.type);
  }
}

/** Whether a process knows of every plan and every beginning: one that was replaced meanwhile does not. */
function isAtIt({ drawn, intents }: StepAttempt, known: Progressed): boolean {
  return known.drawn === drawn && known.intents === intents;
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
  purpose: Purpose,
): DomainEvent[] {
  const verified: DomainEvent = { type: 'step.verified', ...ref, verdict };
  // Where nothing was out of order, nothing recovers.
  if (verdict.status !== 'passed' || verdict.milestone === null || purpose === 'prevention')
    return [verified];
  return [
    verified,
    {
      type: verdict.milestone === 'mitigated' ? 'incident.mitigated' : 'incident.recovered',
      evidence: verdict.evidence,
    },
  ];
}
