import { currentRun, type Incident, isEnd, type Run, type StepAttempt } from '../domain/incident.ts';
import type { RunbookStep } from '../domain/runbook.ts';

/** The step kind that names causes. */
const DIAGNOSIS = 'postgres.diagnose';

/** The step that looks for the cause, when it was skipped: whoever misses the cause goes back to it. */
export function skippedDiagnosis(run: Run): RunbookStep | null {
  const step = diagnosisOf(run);
  return step !== undefined && lastTry(run, step)?.status === 'skipped' ? step : null;
}

/** Why an incident names no cause, and what would. */
export function whyNoCause(incident: Incident): string {
  const run = currentRun(incident);
  const step = run === undefined ? undefined : diagnosisOf(run);
  if (run === undefined || step === undefined) return 'No cause is named: no step of this run looks for one.';
  const last = lastTry(run, step);
  if (last?.status === 'skipped')
    return `No cause is named, because “${step.title}” was skipped. The card that asks has a button that goes back to it.`;
  return last === undefined || last.status === 'aborted' || !isEnd(last.status)
    ? `No cause is named yet: “${step.title}” looks for it.`
    : `No cause is named: “${step.title}” found none.`;
}

function diagnosisOf({ runbook }: Run): RunbookStep | undefined {
  return runbook.steps.find(({ kind }) => kind === DIAGNOSIS);
}

function lastTry({ attempts }: Run, { id }: RunbookStep): StepAttempt | undefined {
  return attempts.findLast(({ step }) => step.id === id);
}
