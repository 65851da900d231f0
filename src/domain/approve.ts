import type { Actor } from './actor.ts';
import type { BreakGlass } from './break-glass.ts';
import { cardHash } from './card-hash.ts';
import type { Command } from './command.ts';
import type { DomainEvent } from './event.ts';
import { currentRun, type Incident, type StepAttempt } from './incident.ts';
import { type Plan, type Selection, selectionProblem } from './plan.ts';
import {
  accept,
  alreadyDecided,
  approvalVoid,
  type Decided,
  refuse,
  samePerson,
  staleCard,
} from './refuse.ts';
import { ago, isSame, nameFor } from './told.ts';

export type DecideCommand = Extract<Command, { type: 'decide' }>;

/** The choice "run": one person decides, or the first or second of two approves. */
export function approve(
  incident: Incident,
  current: StepAttempt,
  command: DecideCommand,
  now: Date,
): Decided {
  const { plan, hash, approval } = current;
  if (current.status === 'planning') return staleCard(incident, current, command.by, now);
  if (current.status !== 'awaiting' || plan === null || hash === null) {
    return alreadyDecided(incident, current, command.by, now);
  }
  const early = approval !== null && command.hash === cardHash({ ...current, approval: null });
  if (command.hash !== cardHash(current) && !early) {
    return approval !== null || command.hash === hash
      ? staleCard(incident, current, command.by, now)
      : refuse(
          'stale-plan',
          'The plan has changed since your screen was drawn. Nothing was done; decide on the new one.',
        );
  }
  if (isExpired(current, now)) return expire(current);
  const selection = command.selection ?? approval?.selection ?? { targets: [], choices: {} };
  const problem = selectionProblem(plan, selection);
  if (problem !== null) return refuse('bad-selection', problem);
  const bound = { step: current.step.id, attempt: current.attempt, hash, selection, ...clickOf(command) };
  if (!mayDecide(current, command)) {
    return refuse('not-allowed', `Only people decide on "${current.step.title}". Nothing was done.`);
  }
  const asked = current.step.confirm === 'two' ? null : howAsked(incident, current, command.by);
  if (current.step.notByAsker === true && asked !== null) {
    return refuse('self-approval', `You ${asked}, so somebody else has to approve it. Nothing was done.`);
  }
  if (current.step.confirm !== 'two' || command.by.kind !== 'person') {
    return accept({ type: 'decision.recorded', ...bound, by: command.by });
  }
  if (approval === null) return accept({ type: 'approval.recorded', ...bound, by: command.by });
  if (isSame(approval.by, command.by)) return samePerson(current, now);
  const others = selectionDifferences(plan, approval.selection, selection);
  if (early || others.length > 0) {
    const who = `${nameFor(command.by, approval.by)} approved first, ${ago(approval.at, now)}.`;
    const yours = others.length === 0 ? 'You chose the same.' : `You chose otherwise: ${others.join('; ')}.`;
    return refuse(
      'approved-meanwhile',
      `${who} ${yours} Nothing was done: the card shows now what was chosen.`,
    );
  }
  return accept({ type: 'decision.recorded', ...bound, by: command.by, first: approval.by });
}

/** Only a step that reads only goes without a person; Firebreak itself decides nothing. */
function mayDecide({ step }: StepAttempt, { by }: DecideCommand): boolean {
  return by.kind === 'person' || (by.kind === 'policy' && step.confirm === 'none');
}

/** Whether this person may not be the only approver of the step, as they asked for it. */
export function isExcludedAsAsker(incident: Incident, attempt: StepAttempt, by: Actor): boolean {
  const { notByAsker, confirm } = attempt.step;
  return notByAsker === true && confirm !== 'two' && howAsked(incident, attempt, by) !== null;
}

/** How somebody asked for a step: by going back to it, or by opening the incident by hand; null for whoever did not. */
function howAsked(incident: Incident, { wantedBy }: StepAttempt, by: Actor): string | null {
  if (wantedBy !== undefined) return isSame(wantedBy, by) ? 'went back to this step' : null;
  const startedBy = currentRun(incident)?.startedBy;
  return startedBy !== undefined && isSame(startedBy, by) ? 'opened this incident by hand' : null;
}

export function isExpired({ expiresAt }: StepAttempt, now: Date): boolean {
  return expiresAt !== null && now.getTime() >= Date.parse(expiresAt);
}

export function expire(current: StepAttempt): Decided {
  const outdated: DomainEvent = {
    type: 'step.outdated',
    step: current.step.id,
    attempt: current.attempt,
    reason: 'expired',
    differs: approvalVoid(current, 'the plan became too old before a second person approved it.'),
  };
  const message = 'The plan is too old to act on. Nothing was done; a new one is being made.';
  return { events: [outdated], refusal: { reason: 'expired', message } };
}

/** What a second choice leaves out of the first, adds to it, or answers otherwise. */
function selectionDifferences(plan: Plan, first: Selection, second: Selection): string[] {
  const labels = (ids: readonly string[]) =>
    ids.map((id) => plan.targets.find((target) => target.id === id)?.label ?? id).join(', ');
  const without = first.targets.filter((id) => !second.targets.includes(id));
  const added = second.targets.filter((id) => !first.targets.includes(id));
  const answers = plan.choices.filter(({ id }) => first.choices[id] !== second.choices[id]);
  return [
    ...(without.length === 0 ? [] : [`without ${labels(without)}`]),
    ...(added.length === 0 ? [] : [`also ${labels(added)}`]),
    ...answers.map(({ label }) => `another answer to "${label}"`),
  ];
}

/** The name of the click, and why it was forced, for the events that it causes. */
export function clickOf({
  click,
  breakGlass,
}: {
  readonly click?: string;
  readonly breakGlass?: BreakGlass;
}): {
  click?: string;
  breakGlass?: BreakGlass;
} {
  return {
    ...(click === undefined ? {} : { click }),
    ...(breakGlass === undefined ? {} : { breakGlass }),
  };
}
