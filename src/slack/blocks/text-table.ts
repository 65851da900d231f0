import type { Table } from '../../domain/outcome.ts';
import { clip } from './clip.ts';

const MOST_ROWS = 20;
const MOST_COLUMNS = 8;
const CELL = 32;

/** A table in fixed-width text, for every client; says how many rows and columns are not shown. */
export function textTable(table: Table): string {
  const columns = table.columns.slice(0, MOST_COLUMNS);
  const rows = table.rows.slice(0, MOST_ROWS).map((row) => columns.map((_, index) => cell(row[index] ?? '')));
  const head = columns.map(cell);
  const widths = columns.map((_, index) =>
    Math.max(...[head, ...rows].map((row) => row[index]?.length ?? 0)),
  );
  const lines = [head, widths.map((width) => '─'.repeat(width)), ...rows].map((row) =>
    row
      .map((value, index) => value.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...missing(table)].join('\n');
}

function cell(value: string): string {
  return clip(value.replaceAll(/\s+/g, ' '), CELL);
}

function missing(table: Table): string[] {
  const rows = table.rows.length - MOST_ROWS;
  const columns = table.columns.length - MOST_COLUMNS;
  return [
    ...(rows > 0 ? [`… ${rows} more rows`] : []),
    ...(columns > 0 ? [`… ${columns} more columns`] : []),
  ];
}
