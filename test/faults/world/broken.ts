import type { EntryFact, Facts } from './facts.ts';
import { type Try, triesOf } from './tries.ts';

/** Every other promise that was broken; a sentence for each. */
export function broken(
  {
    chainProblem,
    incidents,
    alerts,
    entries,
  }: Pick<Facts, 'chainProblem' | 'incidents' | 'alerts' | 'entries'>,
  expectsIncident = true,
): readonly string[] {
  return [
    ...(chainProblem === null ? [] : [`The journal is not whole: ${chainProblem}`]),
    ...(expectsIncident && incidents.length === 0 ? ['There is no incident.'] : []),
    ...(!expectsIncident && incidents.length > 0 ? ['There is an incident.'] : []),
    ...incidents.filter(({ status }) => status === 'open').map(({ id }) => `${id} is not closed.`),
    ...alerts.filter(({ decision }) => decision === null).map(({ id }) => `${id} is stored and not settled.`),
    ...twoOpen(entries),
    ...triesOf(entries).flatMap(undecided),
  ];
}

/** An effect needs a decision on exactly the plan that stands at that moment, and a plan takes one decision. */
function undecided({ name, events }: Try): string[] {
  const problems: string[] = [];
  let hash: string | null = null;
  let decided = false;
  for (const event of events) {
    if (event.type === 'step.planned') hash = event.hash;
    if (event.type === 'step.planned' || event.type === 'step.outdated') decided = false;
    if (event.type === 'decision.recorded') {
      if (decided) problems.push(`Two decisions stand on one plan of ${name}.`);
      decided = event.hash === hash;
      if (!decided) problems.push(`The decision on ${name} is not on the plan that was on the screen.`);
    }
    if (event.type === 'effect.intended' && !decided) {
      problems.push(`The effect of ${name} was begun without a decision on its plan.`);
    }
  }
  return problems;
}

/** Two incidents that were open at once for one key. */
function twoOpen(entries: readonly EntryFact[]): string[] {
  const problems: string[] = [];
  const open = new Map<string, string>();
  for (const { stream, event } of entries) {
    if (event.type === 'incident.opened') {
      const other = open.get(event.dedupeKey);
      if (other !== undefined) problems.push(`${stream} was opened while ${other} was open.`);
      open.set(event.dedupeKey, stream);
    }
    if (event.type === 'incident.closed') {
      for (const [key, id] of open) if (id === stream) open.delete(key);
    }
  }
  return problems;
}
