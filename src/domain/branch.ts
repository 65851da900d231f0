import { type Cause, isLikely } from './cause.ts';
import type { Incident, StepAttempt } from './incident.ts';

/** Causes that steps are taken for, most likely first: the first in any case, as several may hold at once. */
function believedCauses(causes: readonly Cause[]): Cause[] {
  return causes.filter((cause, index) => index === 0 || isLikely(cause));
}

/**
 * Why a step is passed by: it is for other causes than those that the diagnosis believes. Null when it is for them, for
 * every cause, when nothing was diagnosed, or when a person went back to exactly this step.
 */
export function whyPassedBy(
  { causes }: Pick<Incident, 'causes'>,
  attempt: Pick<StepAttempt, 'step' | 'wanted'>,
): string | null {
  const { step, wanted } = attempt;
  const [first] = causes;
  if (step.for.length === 0 || wanted || first === undefined) return null;
  if (believedCauses(causes).some(({ kind }) => step.for.includes(kind))) return null;
  return `It is for another cause (${step.for.join(', ')}); the diagnosis says: ${first.title}.`;
}
