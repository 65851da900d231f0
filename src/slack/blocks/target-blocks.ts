import type { types } from '@slack/bolt';
import type { StepAttempt } from '../../domain/incident.ts';
import type { Plan, Target } from '../../domain/plan.ts';
import type { Budget } from './clip.ts';
import { joinNames } from './join-names.ts';
import { MOST_TARGETS } from './offer.ts';
import { rest } from './rest.ts';
import { bold, type Inline, line, type Part, preformatted, richText, text, time, who } from './rich-text.ts';
import { tableBlocks } from './table-block.ts';
import { COLUMNS, targetTable } from './target-table.ts';

const MOST_REASONS = 2;
const MOST_FACTS = 8;
/** One statement is recognised on the card; every one is in "Explain". */
const QUERY = 240;

/** What would be acted on and why, what is left alone and why, and what is known of the targets. */
export function targetBlocks(
  plan: Plan,
  selected: readonly string[],
  chosen: StepAttempt['chosen'],
  budget: Budget,
  isFiled: boolean,
): types.KnownBlock[] {
  const { targets, excluded } = plan;
  if (targets.length === 0 && excluded.length === 0) return [];
  return [
    ...richText(
      ...(targets.length === 0 ? [] : [headline(targets, selected, chosen)]),
      ...reasonParts(targets, budget),
    ),
    ...tableBlocks(targetTable(plan, selected), budget, isFiled),
    ...richText(
      ...factParts(targets, budget),
      ...queryParts(targets, budget),
      ...(targets.length > MOST_TARGETS
        ? [line(bold('Only the first 100 can be acted on from here. Run the step again for the others.'))]
        : []),
    ),
  ];
}

/** `Acts on 7 of 8 targets, as Anna chose at 14:31.` */
function headline(
  targets: readonly Target[],
  selected: readonly string[],
  chosen: StepAttempt['chosen'],
): Part {
  const count = `Acts on ${selected.length} of ${targets.length}`;
  const by: Inline[] =
    chosen === null
      ? [text(selected.length === 0 ? '. Nothing is proposed: choose what to act on.' : ', as proposed')]
      : [text(', as chosen by '), who(chosen.by), text(' '), time(chosen.at)];
  return line(bold(count), ...by);
}

/** Why and whose: said once for all that share it. */
export function reasonParts(targets: readonly Target[], budget: Budget): Part[] {
  const reasons = [
    ...Map.groupBy(
      targets,
      ({ owner, why }) => `${why} ${owner === null ? 'Owner not known.' : `Owner: ${owner}.`}`,
    ),
  ];
  const shown = reasons.slice(0, MOST_REASONS);
  const said = ([reason, same]: (typeof reasons)[number]) =>
    `${same.length === targets.length ? '' : `${same.length} of ${targets.length}: `}${reason}`;
  return [
    ...shown.map((one) => line(bold('Why: '), text(budget.take(said(one), 350)))),
    ...rest(reasons.length - shown.length, 'reasons, in the table', 'reason, in the table'),
  ];
}

/** `Role: report_generator · Client: 10.0.7.11, 10.0.7.12`: what has no column. */
function factParts(targets: readonly Target[], budget: Budget): Part[] {
  const known = targets.flatMap((target) => target.facts.filter(({ name }) => !isColumn(name)));
  const facts = Map.groupBy(known, ({ name }) => name);
  const names = [...facts.keys()].slice(0, MOST_FACTS);
  if (names.length === 0) return [];
  const sayings = names.map((name) => {
    const same = facts.get(name) ?? [];
    const some = same.length < targets.length ? ` (${same.length} of ${targets.length})` : '';
    return `${name}: ${joinNames([...new Set(same.map(({ value }) => value))], 3)}${some}`;
  });
  return [
    line(bold('Details: '), text(budget.take(sayings.join(' · '), 600))),
    ...rest(facts.size - names.length, 'details', 'detail'),
  ];
}

function isColumn(name: string): boolean {
  return COLUMNS.some((column) => column === name);
}

/** The statement that most of the targets run. */
function queryParts(targets: readonly Target[], budget: Budget): Part[] {
  const running = targets.filter(({ sql }) => sql !== null);
  const queries = Map.groupBy(running, ({ sql }) => sql ?? '');
  const [first] = [...queries].sort(([, a], [, b]) => b.length - a.length);
  if (first === undefined) return [];
  const [sql, same] = first;
  const whose =
    targets.length === 1
      ? 'Its query'
      : same.length === targets.length
        ? `The query of all ${targets.length}`
        : `The query of ${same.length} of ${targets.length}`;
  return [
    line(bold(whose)),
    preformatted(budget.take(sql, QUERY)),
    ...rest(queries.size - 1, 'different queries, in “Explain”', 'different query, in “Explain”'),
  ];
}
