import type { Table } from '../../domain/outcome.ts';
import type { Plan, Target } from '../../domain/plan.ts';

/** Facts of a target that have a column of their own. */
export const COLUMNS = ['Age', 'State'] as const;

/** Characters of a cell: enough to know it, little enough for a phone. */
const NAME = 75;

/**
 * What would be acted on and what is left alone, each with its reason, as one table: whether it is acted on in a word,
 * what it is, who owns it, how old it is, its state, and why. A column is left out of which nothing is known, that the
 * name tells already, or that has one value for all: that is said once, and a phone shows three columns.
 */
export function targetTable({ targets, excluded }: Plan, chosen: readonly string[]): Table {
  const alike = isAlike(targets);
  const facts = COLUMNS.filter((name) => targets.some((target) => isNews(target, factOf(target, name))));
  const showsWhy = !alike || excluded.length > 0;
  const rows = [
    ...targets.map((target) => [
      chosen.includes(target.id) ? 'yes' : 'no',
      target.label.slice(0, NAME),
      ...(alike ? [] : [target.owner ?? 'not known']),
      ...facts.map((name) => factOf(target, name) ?? ''),
      ...(showsWhy ? [alike ? '' : target.why] : []),
    ]),
    ...excluded.map(({ label, reason }) => [
      'left alone',
      label.slice(0, NAME),
      ...(alike ? [] : ['']),
      ...facts.map(() => ''),
      reason,
    ]),
  ];
  const columns = ['Act on it', 'What', ...(alike ? [] : ['Owner']), ...facts, ...(showsWhy ? ['Why'] : [])];
  return { columns, rows };
}

/** Whether all targets have the same owner and the same reason. */
export function isAlike(targets: readonly Target[]): boolean {
  const [first] = targets;
  return first !== undefined && targets.every(({ owner, why }) => owner === first.owner && why === first.why);
}

/** Whether a fact says what the name does not. */
function isNews({ label }: Target, fact: string | null): boolean {
  return fact !== null && !label.includes(fact);
}

function factOf({ facts }: Target, name: string): string | null {
  return facts.find((fact) => fact.name === name)?.value ?? null;
}
