import type { Mark } from './chart.ts';

/** A mark with the row in which its label stands, from 0, and the side of its rule on which it is written. */
export interface PlacedMark extends Mark {
  readonly row: number;
  readonly align: 'left' | 'right';
}

/** Pixels of one letter of a label, with some room, and between two labels. */
const LETTER = 6.6;
const GAP = 8;
export const MOST_ROWS = 4;

/** Places labels so that none covers another: each in the first row with room; what has none in any row goes last. */
export function placeLabels(
  marks: readonly Mark[],
  toPixel: (at: number) => number,
  width: number,
): PlacedMark[] {
  const ends: number[] = Array.from({ length: MOST_ROWS }, () => Number.NEGATIVE_INFINITY);
  return marks.map((mark) => {
    const length = mark.label.length * LETTER;
    const at = toPixel(mark.at);
    const align = at + length > width ? 'right' : 'left';
    const start = align === 'left' ? at : at - length;
    const free = ends.findIndex((end) => end + GAP <= start);
    const row = free === -1 ? MOST_ROWS - 1 : free;
    ends[row] = start + length;
    return { ...mark, row, align };
  });
}
