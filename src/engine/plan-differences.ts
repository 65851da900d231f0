import type { Plan } from '../domain/plan.ts';

/** What a person has to know when a plan takes the place of another one on the screen; empty when only words changed. */
export function planDifferences(before: Plan, after: Plan): string[] {
  const old = new Map(before.targets.map((target) => [target.id, target.label]));
  const fresh = new Map(after.targets.map((target) => [target.id, target.label]));
  const oldWarnings = new Set(before.warnings);
  return [
    ...[...fresh].filter(([id]) => !old.has(id)).map(([, label]) => `New target: ${label}`),
    ...[...old].filter(([id]) => !fresh.has(id)).map(([, label]) => `No longer there: ${label}`),
    ...after.warnings
      .filter((warning) => !oldWarnings.has(warning))
      .map((warning) => `New warning: ${warning}`),
  ];
}
