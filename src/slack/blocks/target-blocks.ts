import type { types } from '@slack/bolt';
import type { Plan, Target } from '../../domain/plan.ts';
import type { Budget } from './clip.ts';
import { joinNames } from './join-names.ts';
import { MOST_CHECKBOXES, MOST_TARGETS } from './offer.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';

const MOST_NAMED = 8;
const MOST_REASONS = 4;
const MOST_FACTS = 10;
const MOST_QUERIES = 3;
const QUERY = 240;

/** What is known of the targets, said once for all that share it. Up to ten, the checkboxes below are their list. */
export function targetBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  if (plan.targets.length === 0) return [];
  return richText(
    ...(plan.targets.length > MOST_CHECKBOXES ? nameParts(plan.targets, budget) : []),
    ...reasonParts(plan.targets, budget),
    ...factParts(plan.targets, budget),
    ...queryParts(plan.targets, budget),
    ...(plan.targets.length > MOST_TARGETS
      ? [line(bold('Only the first 100 can be acted on from here. Run the step again for the others.'))]
      : []),
  );
}

function nameParts(targets: readonly Target[], budget: Budget): Part[] {
  const shown = targets.slice(0, MOST_NAMED);
  return [
    line(bold(`Targets (${targets.length})`)),
    bullets(
      shown.map(({ label, selected }) =>
        line(text(`${selected ? '' : 'not proposed: '}${budget.take(label, 120)}`)),
      ),
    ),
    ...rest(targets.length - shown.length, 'targets; the menu below names them'),
  ];
}

function reasonParts(targets: readonly Target[], budget: Budget): Part[] {
  const reasons = [...countBy(targets, ({ why }) => why)];
  const shown = reasons.slice(0, MOST_REASONS);
  const [only] = shown;
  if (only === undefined) return [];
  if (reasons.length === 1) return [line(bold('Why: '), text(budget.take(only[0], 400)))];
  return [
    line(bold('Why')),
    bullets(shown.map(([why, some]) => line(text(`${some.length} × ${budget.take(why, 300)}`)))),
    ...rest(reasons.length - shown.length, 'reasons'),
  ];
}

/** `Owner: CronJob analytics/report-generator · State: active · Client: 10.0.7.11, 10.0.7.12`. */
function factParts(targets: readonly Target[], budget: Budget): Part[] {
  const owners = targets.flatMap(({ label, owner }) =>
    owner?.endsWith(label) === true ? [] : [{ name: 'Owner', value: owner ?? 'unknown' }],
  );
  const facts = countBy([...owners, ...targets.flatMap((target) => target.facts)], ({ name }) => name);
  const names = [...facts.keys()].slice(0, MOST_FACTS);
  if (names.length === 0) return [];
  const sayings = names.map((name) => {
    const same = facts.get(name) ?? [];
    const some = same.length < targets.length ? ` (${same.length} of ${targets.length})` : '';
    return `${name}: ${joinNames([...new Set(same.map(({ value }) => value))], 3)}${some}`;
  });
  return [
    line(bold('Details: '), text(budget.take(sayings.join(' · '), 600))),
    ...rest(facts.size - names.length, 'details'),
  ];
}

/** Every different query once. */
function queryParts(targets: readonly Target[], budget: Budget): Part[] {
  const queries = countBy(
    targets.filter(({ sql }) => sql !== null),
    ({ sql }) => sql ?? '',
  );
  const shown = [...queries].slice(0, MOST_QUERIES);
  return [
    ...shown.flatMap(([sql, same]) => [
      line(bold(budget.take(queryTitle(same, targets.length), 150))),
      preformatted(budget.take(sql, QUERY)),
    ]),
    ...rest(queries.size - shown.length, 'different queries'),
  ];
}

function queryTitle(same: readonly Target[], all: number): string {
  if (all === 1) return 'Its query';
  if (same.length === all) return `The query of all ${all}`;
  const heads = same.map(({ label }) => label.split(' · ')[0] ?? label);
  return `The query of ${joinNames(heads, 3)}`;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, key);
}
