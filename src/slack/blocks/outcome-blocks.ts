import type { types } from '@slack/bolt';
import type { Outcome, Progress, Verdict } from '../../domain/outcome.ts';
import { sparklines } from '../../words/sparkline.ts';
import { causeParts } from './cause-parts.ts';
import type { Budget } from './clip.ts';
import { joinNames } from './join-names.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';
import { tableBlocks } from './table-block.ts';

const MOST_FACTS = 12;
const MOST_ITEMS = 8;
const MOST_NAMES = 20;

/** What was done or found. */
export function outcomeBlocks(outcome: Outcome, budget: Budget, isFiled: boolean): types.KnownBlock[] {
  // What fits of the table is always the same, so it takes from the budget first.
  const table = outcome.table === null ? [] : tableBlocks(outcome.table, budget, isFiled);
  return [
    ...richText(
      line(bold(budget.take(outcome.summary, 600))),
      ...(outcome.causes.length > 0 ? causeParts(outcome, budget) : []),
      ...itemParts(
        'Done',
        outcome.done.map(({ target, detail }) => [target, detail]),
        budget,
      ),
      ...itemParts(
        'Not done',
        outcome.skipped.map(({ target, reason }) => [target, reason]),
        budget,
      ),
      ...(outcome.causes.length > 0 ? [] : factParts(outcome, budget)),
    ),
    ...table,
  ];
}

function factParts(outcome: Outcome, budget: Budget): Part[] {
  if (outcome.facts.length === 0) return [];
  const shown = outcome.facts.slice(0, MOST_FACTS);
  const facts = shown.map(({ name, value }) => `${name}: ${value}`).join(' · ');
  return [line(text(budget.take(facts, 900))), ...rest(outcome.facts.length - shown.length, 'facts', 'fact')];
}

/** Targets with the same fate are named together. */
function itemParts(title: string, items: readonly (readonly [string, string])[], budget: Budget): Part[] {
  const groups = [...Map.groupBy(items, ([, how]) => how)].map(
    ([how, same]) =>
      [
        joinNames(
          same.map(([what]) => what),
          MOST_NAMES,
        ),
        how,
        same.length,
      ] as const,
  );
  const [only] = groups;
  if (only === undefined) return [];
  const said = ([what, how]: typeof only) => `${budget.take(what, 300)}: ${budget.take(how, 250)}`;
  if (groups.length === 1) return [line(bold(`${title}: `), text(said(only)))];
  const shown = groups.slice(0, MOST_ITEMS);
  const left = groups.slice(MOST_ITEMS).reduce((sum, [, , count]) => sum + count, 0);
  return [
    line(bold(`${title} (${items.length})`)),
    bullets(shown.map((group) => line(text(said(group))))),
    ...rest(left, title.toLowerCase()),
  ];
}

const VERDICTS: Readonly<Record<Verdict['status'], string>> = {
  passed: '✅ Verified: ',
  failed: '❌ It did not help: ',
  inconclusive: '❔ Not proved: ',
};

/** What measurement says, with its chart. */
export function verdictBlocks(verdict: Verdict, budget: Budget): types.RichTextBlock[] {
  return richText(
    line(bold(VERDICTS[verdict.status]), text(budget.take(verdict.evidence, 600))),
    ...chart(verdict.series, budget),
  );
}

/** Where a long step is. */
export function progressBlocks(progress: Progress, budget: Budget): types.RichTextBlock[] {
  return richText(line(text(budget.take(progress.text, 600))), ...chart(progress.series, budget));
}

function chart(series: Progress['series'], budget: Budget): Part[] {
  return series.length === 0 ? [] : [preformatted(budget.take(sparklines(series), 900))];
}
