import { whyPassedBy } from '../domain/branch.ts';
import { currentAttempt, currentRun, type Incident } from '../domain/incident.ts';
import { actorName } from '../domain/told.ts';
import { type StateLabel, stateOf } from './states.ts';

/** The state of a whole incident in one word. What a person has to do comes before how far it is. */
export function incidentState(incident: Incident): StateLabel {
  if (incident.status === 'closed') return { sign: '✅', word: 'Closed' };
  const run = currentRun(incident);
  const attempt = currentAttempt(incident);
  const status = attempt?.status;
  if (status === 'attention') return { sign: '⚠️', word: 'Needs a person' };
  if (incident.recoveredAt !== null) return { sign: '🟢', word: 'Recovered' };
  if (run === undefined) return { sign: '🚨', word: 'Firing' };
  if (run.status === 'aborted') return { sign: '🛑', word: 'Stopped' };
  if (run.status === 'completed') return { sign: '🏁', word: 'Every step ended' };
  if (attempt?.status === 'awaiting') return stateOf(attempt);
  if (incident.causes.length === 0 && incident.purpose === 'incident')
    return { sign: '🔍', word: 'Diagnosing' };
  if (status === 'verifying') return { sign: '📈', word: 'Measuring' };
  if (status === 'planning') return { sign: '🔎', word: 'Planning' };
  return { sign: '🔧', word: 'Acting' };
}

/** What people are waited for, and since when (ISO 8601); null when nobody is. */
export function awaited(incident: Incident): { text: string; since: string | null } | null {
  const run = currentRun(incident);
  const attempt = currentAttempt(incident);
  if (run === undefined || attempt === undefined || incident.status === 'closed') return null;
  const number = run.runbook.steps.findIndex(({ id }) => id === attempt.step.id) + 1;
  const { plannedAt, intendedAt, completedAt } = attempt.times;
  if (attempt.status === 'awaiting' && attempt.approval !== null) {
    const { by, at } = attempt.approval;
    return {
      text: `a second person on step ${number} (${attempt.step.title}); ${actorName(by)} approved`,
      since: at,
    };
  }
  if (attempt.status === 'awaiting') {
    return { text: `a decision on step ${number} (${attempt.step.title})`, since: plannedAt ?? null };
  }
  if (attempt.status === 'attention') {
    return {
      text: `somebody to look at step ${number} (${attempt.step.title})`,
      since: completedAt ?? intendedAt ?? plannedAt ?? null,
    };
  }
  return null;
}

/** The step that comes after the present one, leaving out those that are for other causes; null when none does. */
export function upcoming(incident: Incident): string | null {
  const run = currentRun(incident);
  if (run?.status !== 'running' || incident.status === 'closed') return null;
  const index = run.runbook.steps.findIndex(
    (step, position) => position > run.position && whyPassedBy(incident, { step, wanted: false }) === null,
  );
  const step = run.runbook.steps[index];
  return step === undefined ? null : `step ${index + 1} (${step.title})`;
}
