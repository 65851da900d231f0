import type { Findings } from '../fault.ts';
import { broken } from './broken.ts';
import { type Allowed, doubleEffects } from './double-effects.ts';
import type { Facts } from './facts.ts';
import { lostAlerts } from './lost-alerts.ts';
import { orphans } from './orphans.ts';

/** What one incident of the quick runbook may do when nothing goes wrong. */
export const ONCE: Allowed = { specChanges: 1, ignoredCancels: 1 };

/** Judges the facts by every promise. Each finding stands in `broken` as a sentence, besides being counted. Pure. */
export function judge(facts: Facts, outcome: string, allowed: Allowed = ONCE): Findings {
  const lost = lostAlerts(facts);
  const twice = doubleEffects(facts, allowed);
  const stray = orphans(facts);
  return {
    outcome,
    lostAlerts: lost.length,
    doubleEffects: twice.length,
    orphans: stray.length,
    broken: [...lost, ...twice, ...stray, ...broken(facts, allowed.incident)],
  };
}
