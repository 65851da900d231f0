import { line, type Part, text } from './rich-text.ts';

/** Says how many things are not shown; `one` is what it is called when it is a single one. */
export function rest(count: number, what: string, one: string = what): Part[] {
  return count > 0 ? [line(text(`… ${count} more ${count === 1 ? one : what}`))] : [];
}
