import { type Authority, isUser } from '../domain/authority.ts';
import { FirebreakError } from '../domain/errors.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { StepKinds } from '../steps/registry.ts';

/**
 * A step of two people that the lists name one person for could only be skipped, which nobody should learn in an
 * outage. Nobody at all is left to the lists: an empty one says so by itself. Throws `bad-config`.
 */
export function refuseTooFewPeople(
  runbooks: Iterable<Runbook>,
  stepKinds: StepKinds,
  authority: Authority,
): void {
  for (const runbook of runbooks) {
    for (const { id, kind, confirm } of runbook.steps) {
      const actionClass = stepKinds.get(kind)?.actionClass;
      if (confirm !== 'two' || actionClass === undefined) continue;
      // How many a group or an on-call source names is known at the click only.
      const list = authority[actionClass];
      if (!list.every(isUser) || new Set(list).size !== 1) continue;
      throw new FirebreakError(
        'bad-config',
        `Step "${id}" of runbook "${runbook.id}" needs two people, and authority.${actionClass} names one.`,
        {
          hint: `Name a second person in authority.${actionClass}, or let one confirm the step (confirm: one).`,
        },
      );
    }
  }
}
