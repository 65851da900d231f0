import type { DecisionRules } from '../domain/authority.ts';
import type { Runbook, RunbookStep } from '../domain/runbook.ts';
import type { StepKinds } from '../steps/registry.ts';

/**
 * The runbooks with the rules that the configuration has for classes of action: they only add to what a runbook asks.
 * A run keeps its copy, so an incident goes on by the rules under which its run began.
 */
export function applyRules(
  runbooks: ReadonlyMap<string, Runbook>,
  stepKinds: StepKinds,
  { twoPeople, noSelfApproval }: DecisionRules,
): ReadonlyMap<string, Runbook> {
  const ruled = (step: RunbookStep): RunbookStep => {
    const actionClass = stepKinds.get(step.kind)?.actionClass;
    if (actionClass === undefined || step.confirm === 'none') return step;
    return {
      ...step,
      ...(twoPeople.includes(actionClass) ? { confirm: 'two' as const } : {}),
      ...(noSelfApproval.includes(actionClass) ? { notByAsker: true } : {}),
    };
  };
  return new Map([...runbooks].map(([id, runbook]) => [id, { ...runbook, steps: runbook.steps.map(ruled) }]));
}
