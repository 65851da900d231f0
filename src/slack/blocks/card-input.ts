import type { ActionClass } from '../../domain/actor.ts';
import type { Run, StepAttempt } from '../../domain/incident.ts';
import type { IncidentView } from '../../engine/desk.ts';

/** Everything that a card shows. */
export interface CardInput {
  readonly incidentId: string;
  readonly run: Run;
  readonly attempt: StepAttempt;
  readonly progress: IncidentView['progress'];
  /** What is a file in the thread, as it is too long for the card. */
  readonly filed: { readonly plan: boolean; readonly result: boolean };
  /** What a decision on this step permits. */
  readonly actionClass: ActionClass;
}
