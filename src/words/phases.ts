import type { Phase } from '../domain/event.ts';

/** What a failure in this phase of a step means for the world. */
export const failedPhases: Readonly<Record<Phase, string>> = {
  plan: 'The plan could not be made; nothing was done',
  recheck: 'The world could not be checked again; nothing was done',
  execute: 'The step failed',
  verify: 'The step ran, but its result could not be measured',
  reconcile: 'It is not known whether the step took effect',
};
