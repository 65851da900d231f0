import { currentRun, type Incident } from '../domain/incident.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { EngineOptions } from './options.ts';

/** They leave nothing to be done about; some steps are offered all the same. */
const NO_CAUSE: readonly string[] = ['unknown', 'nothing-wrong'];

/**
 * An alert names a symptom, and so may have started a runbook that has nothing for the cause. Then the result says which
 * runbook has, the default one first; otherwise it stays as it is.
 */
export function namingOtherRunbook(
  outcome: Outcome,
  incident: Incident,
  { runbooks, kinds }: Pick<EngineOptions, 'runbooks' | 'kinds'>,
): Outcome {
  const [top] = outcome.causes;
  const own = currentRun(incident)?.runbook;
  if (top === undefined || own === undefined || NO_CAUSE.includes(top.kind)) return outcome;
  const answers = ({ steps }: Pick<Runbook, 'steps'>) =>
    steps.some((step) => step.for.includes(top.kind) && kinds.get(step.kind)?.actionClass !== 'observe');
  const others = [...runbooks.values()].filter((runbook) => runbook.id !== own.id && answers(runbook));
  const other = others.find((runbook) => runbook.default) ?? others[0];
  if (answers(own) || other === undefined) return outcome;
  const value = `${other.id} has steps for this cause, ${own.id} has none. Close this incident and start /db-triage ${incident.database} ${other.id}.`;
  return { ...outcome, facts: [{ name: 'Another runbook', value }, ...outcome.facts] };
}
