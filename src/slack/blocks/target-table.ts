import type { Table } from '../../domain/outcome.ts';
import type { Plan, Target } from '../../domain/plan.ts';

/** Facts of a target that have a column of their own. */
export const COLUMNS = ['Age', 'State'] as const;

/** Characters of a cell: enough to know it, little enough for a phone. */
const NAME = 75;

/**
 * What would be acted on and what is left alone, each with its reason, as one table: whether it is acted on in a word,
 * what it is, who owns it, how old it is, its state, and why. A column of which nothing is known is left out.
 */
export function targetTable({ targets, excluded }: Plan, chosen: readonly string[]): Table {
  const facts = COLUMNS.filter((name) => targets.some((target) => factOf(target, name) !== null));
  const rows = [
    ...targets.map((target) => [
      chosen.includes(target.id) ? 'yes' : 'no',
      target.label.slice(0, NAME),
      target.owner ?? 'not known',
      ...facts.map((name) => factOf(target, name) ?? ''),
      target.why,
    ]),
    ...excluded.map(({ label, reason }) => [
      'left alone',
      label.slice(0, NAME),
      '',
      ...facts.map(() => ''),
      reason,
    ]),
  ];
  return { columns: ['Act on it', 'What', 'Owner', ...facts, 'Why'], rows };
}

function factOf({ facts }: Target, name: string): string | null {
  return facts.find((fact) => fact.name === name)?.value ?? null;
}
