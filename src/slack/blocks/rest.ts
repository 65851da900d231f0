import { line, type Part, text } from './rich-text.ts';

/** Says how many things are not shown. */
export function rest(count: number, what: string): Part[] {
  return count > 0 ? [line(text(`… ${count} more ${what}`))] : [];
}
