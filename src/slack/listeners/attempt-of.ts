import { currentRun, type Incident, type StepAttempt } from '../../domain/incident.ts';
import type { ClickValue } from '../blocks/click-value.ts';

/** The try whose card was clicked, in the present run; undefined for the parent message. */
export function attemptOf(incident: Incident, { s, a }: ClickValue): StepAttempt | undefined {
  return currentRun(incident)?.attempts.find(({ step, attempt }) => step.id === s && attempt === a);
}
