import { styleText } from 'node:util';
import { wrapAnsi } from 'fast-wrap-ansi';
import { printable, printableLines } from '../words/printable.ts';

/** How a line stands out. The words carry the meaning: without colour nothing is lost. */
export type Style = 'title' | 'warning' | 'faint';

/** A paragraph of the screen, before it is wrapped. */
export interface Line {
  readonly text: string;
  /** Stands in front of the first row; the rows below it begin under the text. */
  readonly mark?: string;
  readonly indent?: number;
  readonly style?: Style;
  /** Spaces count, as in a statement. */
  readonly verbatim?: boolean;
}

export const BLANK: Line = { text: '' };

const FORMATS = { title: 'bold', warning: 'yellow', faint: 'gray' } as const;

/** Text from outside as a line. */
export function say(text: string, options: Omit<Line, 'text'> = {}): Line {
  return { text: printable(text), ...options };
}

/** A label and what it is about; nothing when there is nothing to say. */
export function labelled(label: string, text: string): Line[] {
  return text === '' ? [] : [say(text, { mark: `${label}: ` })];
}

/** A heading and items under it; nothing without items. */
export function listed(heading: string, items: readonly string[]): Line[] {
  return items.length === 0
    ? []
    : [say(heading, { style: 'title' }), ...items.map((item) => say(item, { mark: '- ', indent: 1 }))];
}

/** A statement or patch, row by row as it stands. */
export function verbatim(text: string, indent = 2): Line[] {
  return printableLines(text).map((row) => ({ text: row, indent, verbatim: true }));
}

/** Rows for a screen of so many columns, none longer. */
export function paint(lines: readonly Line[], columns: number, colour: boolean): string[] {
  return lines.flatMap((line) => rows(line, columns).map((row) => styled(row, line.style, colour)));
}

/** A mark longer than this does not push what follows to the right. */
const LONGEST_MARK = 14;

function rows({ text, mark = '', indent = 0, verbatim: exact = false }: Line, columns: number): string[] {
  const before = `${' '.repeat(indent)}${mark}`;
  const hangs = mark.length <= LONGEST_MARK;
  const under = ' '.repeat(hangs ? before.length : indent + 2);
  const room = Math.max(8, columns - under.length);
  return wrapAnsi(hangs ? text : `${mark}${text}`, room, { hard: true, trim: !exact })
    .split('\n')
    .map((row, index) => `${index > 0 ? under : hangs ? before : ' '.repeat(indent)}${row}`.trimEnd());
}

function styled(row: string, style: Style | undefined, colour: boolean): string {
  return style === undefined || !colour || row === ''
    ? row
    : styleText(FORMATS[style], row, { validateStream: false });
}
