import type { Outcome } from '../../domain/outcome.ts';
import { causeName } from '../../words/cause-name.ts';
import type { Budget } from './clip.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, text } from './rich-text.ts';

const MOST_OTHERS = 3;
const MOST_EVIDENCE = 5;
/** The next thing to look at, and one more; a person at 3 a.m. looks at one. */
const MOST_SETTLING = 2;
const MOST_FACTS = 12;

/** What a diagnosis found: why, the numbers, what helps and what does not, what would settle it, and what else is possible. */
export function causeParts({ summary, causes, facts }: Outcome, budget: Budget): Part[] {
  const [top, ...others] = causes;
  if (top === undefined) return [];
  const measured = new Set(facts.map(({ name, value }) => `${name}: ${value}.`));
  const evidence = top.evidence.filter((one) => !measured.has(one));
  return [
    ...(summary.includes(top.title) ? [] : [line(bold(budget.take(causeName(top), 300)))]),
    ...list('Why', evidence, MOST_EVIDENCE, budget),
    ...list(
      'Measured',
      facts.map(({ name, value }) => `${name}: ${value}`),
      MOST_FACTS,
      budget,
    ),
    ...list('Helps', top.helps, 3, budget),
    ...list('Will not help', top.wontHelp, 3, budget),
    ...list('What would settle it', top.settles, MOST_SETTLING, budget),
    ...list('Also possible', others.map(causeName), MOST_OTHERS, budget),
  ];
}

function list(title: string, items: readonly string[], most: number, budget: Budget): Part[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, most);
  return [
    line(bold(title)),
    bullets(shown.map((one) => line(text(budget.take(one, 280))))),
    ...rest(items.length - shown.length, title.toLowerCase()),
  ];
}
