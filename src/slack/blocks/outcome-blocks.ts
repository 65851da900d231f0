import type { types } from '@slack/bolt';
import { type Cause, culpritName } from '../../domain/cause.ts';
import type { Outcome, Progress, Verdict } from '../../domain/outcome.ts';
import type { Budget } from './clip.ts';
import { rest } from './plan-blocks.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';
import { sparklines } from './sparkline.ts';
import { textTable } from './text-table.ts';

const MOST_FACTS = 12;
const MOST_ITEMS = 10;
const MOST_CAUSES = 3;
const MOST_EVIDENCE = 4;

/** What was done or found. */
export function outcomeBlocks(outcome: Outcome, budget: Budget): types.RichTextBlock[] {
  return richText(
    line(bold(budget.take(outcome.summary, 600))),
    ...outcome.causes.slice(0, MOST_CAUSES).flatMap((cause, index) => causeParts(cause, index, budget)),
    ...rest(outcome.causes.length - MOST_CAUSES, 'possible causes'),
    ...factParts(outcome, budget),
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
    ...(outcome.table === null ? [] : [preformatted(budget.take(textTable(outcome.table), 2500))]),
  );
}

function causeParts(cause: Cause, index: number, budget: Budget): Part[] {
  const culprit = cause.culprit === null ? '' : ` · ${culpritName(cause.culprit)}`;
  const title = `${index + 1}. ${cause.title}${culprit}`;
  const sure = ` (${Math.round(cause.confidence * 100)} % sure)`;
  const sayings = [
    ...cause.evidence.slice(0, MOST_EVIDENCE),
    ...cause.helps.slice(0, 3).map((help) => `Helps: ${help}`),
    ...cause.wontHelp.slice(0, 3).map((help) => `Will not help: ${help}`),
  ];
  return [
    line(bold(budget.take(title, 250)), text(sure)),
    ...(sayings.length === 0 ? [] : [bullets(sayings.map((one) => line(text(budget.take(one, 250)))))]),
  ];
}

function factParts(outcome: Outcome, budget: Budget): Part[] {
  if (outcome.facts.length === 0) return [];
  const shown = outcome.facts.slice(0, MOST_FACTS);
  const facts = shown.map(({ name, value }) => `${name}: ${value}`).join(' · ');
  return [line(text(budget.take(facts, 900))), ...rest(outcome.facts.length - shown.length, 'facts')];
}

function itemParts(title: string, items: readonly (readonly [string, string])[], budget: Budget): Part[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, MOST_ITEMS);
  return [
    line(bold(`${title} (${items.length})`)),
    bullets(shown.map(([what, how]) => line(text(`${budget.take(what, 120)}: ${budget.take(how, 200)}`)))),
    ...rest(items.length - shown.length, title.toLowerCase()),
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
