import type { types } from '@slack/bolt';
import type { Table } from '../../domain/outcome.ts';
import { type Budget, clip } from './clip.ts';
import { rest } from './rest.ts';
import { richText } from './rich-text.ts';

/** Slack shows at most 100 rows of 20 cells; the first row is the head (docs.slack.dev/reference/block-kit/blocks/table-block). */
const MOST_ROWS = 100;
const MOST_COLUMNS = 20;
const CELL = 100;
/** Characters that the table of a card may take: what is around it has room, and a longer one is a file. */
const MOST_CHARACTERS = 4200;

type Cell = types.RawTextElement;

/** Whether a message cannot show every row and column of a table. */
export function leavesOut(table: Table): boolean {
  const { rows, columns } = shownPart(table);
  return rows.length - 1 < table.rows.length || columns < table.columns.length;
}

/**
 * A table in Slack's own form, which scrolls sideways where it is too wide; says how many rows are not shown, and that
 * they are in a file when they are.
 */
export function tableBlocks(table: Table, budget: Budget, isFiled = false): types.KnownBlock[] {
  const { rows, columns } = shownPart(table);
  if (columns === 0) return [];
  const where = isFiled ? ', in a file in this thread' : '';
  budget.spend(rows.reduce((sum, cells) => sum + length(cells), 0));
  return [
    { type: 'table', rows },
    ...richText(
      ...rest(table.rows.length - (rows.length - 1), `rows${where}`, `row${where}`),
      ...rest(table.columns.length - columns, `columns${where}`, `column${where}`),
    ),
  ];
}

/** The head and as many rows as fit. */
function shownPart(table: Table): { rows: Cell[][]; columns: number } {
  const columns = Math.min(table.columns.length, MOST_COLUMNS);
  const head = row(table.columns, columns);
  const rows = [head];
  let left = MOST_CHARACTERS - length(head);
  for (const cells of table.rows.slice(0, MOST_ROWS - 1)) {
    const next = row(cells, columns);
    left -= length(next);
    if (left < 0) break;
    rows.push(next);
  }
  return { rows, columns };
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
