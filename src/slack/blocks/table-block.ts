import type { types } from '@slack/bolt';
import type { Table } from '../../domain/outcome.ts';
import { type Budget, clip } from './clip.ts';
import { rest } from './rest.ts';
import { richText } from './rich-text.ts';

/** Slack shows at most 100 rows of 20 cells; the first row is the head (docs.slack.dev/reference/block-kit/blocks/table-block). */
const MOST_ROWS = 100;
const MOST_COLUMNS = 20;
const CELL = 100;

type Cell = types.RawTextElement;

/** A table in Slack's own form, which scrolls sideways where it is too wide; says how many rows are not shown. */
export function tableBlocks(table: Table, budget: Budget): types.KnownBlock[] {
  const columns = table.columns.slice(0, MOST_COLUMNS);
  if (columns.length === 0) return [];
  const head = row(columns, columns.length);
  budget.spend(length(head));
  const rows: Cell[][] = [];
  for (const cells of table.rows.slice(0, MOST_ROWS - 1)) {
    const next = row(cells, columns.length);
    if (length(next) > budget.left()) break;
    budget.spend(length(next));
    rows.push(next);
  }
  return [
    { type: 'table', rows: [head, ...rows] },
    ...richText(
      ...rest(table.rows.length - rows.length, 'rows'),
      ...rest(table.columns.length - columns.length, 'columns'),
    ),
  ];
}

/** As many cells as there are columns; Slack takes no empty text. */
function row(cells: readonly string[], columns: number): Cell[] {
  return Array.from({ length: columns }, (_, index) => ({
    type: 'raw_text',
    text: clip((cells[index] ?? '').replaceAll(/\s+/g, ' '), CELL),
  }));
}

function length(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.text.length, 0);
}
