import type { StepAttempt, StepStatus } from '../domain/incident.ts';

/** How a state is shown: the word carries the meaning, the sign only helps to find it. */
export interface StateLabel {
  readonly sign: string;
  readonly word: string;
}

/** States of a step as people read them. */
export const stepStates: Readonly<Record<StepStatus, StateLabel>> = {
  planning: { sign: '🔎', word: 'Making the plan' },
  awaiting: { sign: '⏳', word: 'Waiting for a decision' },
  approved: { sign: '🔧', word: 'Approved, about to start' },
  executing: { sign: '🔧', word: 'Running' },
  verifying: { sign: '📈', word: 'Checking the result' },
  attention: { sign: '⚠️', word: 'Needs a person' },
  passed: { sign: '✅', word: 'Done and verified' },
  accepted: { sign: '☑️', word: 'Accepted as it is' },
  skipped: { sign: '⏭️', word: 'Skipped' },
  aborted: { sign: '🛑', word: 'Stopped' },
};

/** The state of a try as people read it. */
export function stateOf({ status, approval }: Pick<StepAttempt, 'status' | 'approval'>): StateLabel {
  return status === 'awaiting' && approval !== null
    ? { sign: '👥', word: 'Waiting for a second person' }
    : stepStates[status];
}
