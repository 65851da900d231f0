import type { Person } from './actor.ts';
import { clickOf, type DecideCommand, expire, isExpired } from './approve.ts';
import type { Incident, StepAttempt } from './incident.ts';
import { selectionProblem, shownSelection } from './plan.ts';
import { accept, alreadyDecided, type Decided, refuse, staleCard } from './refuse.ts';

/** The choice "targets": the card shows from now on what was chosen, and the next click on Run means that. */
export function chooseTargets(
  incident: Incident,
  current: StepAttempt,
  command: DecideCommand & { readonly by: Person },
  now: Date,
): Decided {
  const { plan, hash, approval, status } = current;
  if (status !== 'awaiting' || plan === null || hash === null) {
    return alreadyDecided(incident, current, command.by, now);
  }
  if (current.step.confirm === 'none') {
    return refuse(
      'not-possible',
      `"${current.step.title}" runs without a decision: there is nothing to choose.`,
    );
  }
  // What the first of two people approved is taken back before it is changed.
  if (approval !== null) return staleCard(incident, current, command.by, now);
  if (isExpired(current, now)) return expire(current);
  const targets = command.selection?.targets ?? [];
  const problem = selectionProblem(plan, { ...shownSelection(plan, null), targets });
  if (problem !== null) return refuse('bad-selection', problem);
  return accept({
    type: 'targets.chosen',
    step: current.step.id,
    attempt: current.attempt,
    hash,
    targets,
    by: command.by,
    ...clickOf(command),
  });
}
