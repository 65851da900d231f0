import { formatCount } from '../../domain/format.ts';
import type { Command, Plan } from '../../domain/plan.ts';

/** A statement, patch or request, and how often it is sent. */
export interface Statement extends Command {
  readonly count: number;
}

/** Characters of statements that people read in a window; longer ones are a file. */
const MOST_CHARACTERS = 12_000;

/** A window shows so many different ones. */
export const MOST_STATEMENTS = 40;

/** The exact statements, patches and requests of a plan; equal texts once, with their count. */
export function statementsOf({ commands }: Plan): Statement[] {
  return [...Map.groupBy(commands, ({ text }) => text).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, count: 1 + others.length }],
  );
}

/** Whether a window cannot show them whole. */
export function doesNotFit(statements: readonly Statement[]): boolean {
  return statements.length > MOST_STATEMENTS || characters(statements) > MOST_CHARACTERS;
}

function characters(statements: readonly Statement[]): number {
  return statements.reduce((sum, { text }) => sum + text.length, 0);
}

/** As many whole characters as a window shows, one text for each statement; empty for those that do not fit. */
export function shownTexts(statements: readonly Statement[]): string[] {
  let left = MOST_CHARACTERS;
  return statements.map(({ text }) => {
    const shown = text.slice(0, left);
    left -= shown.length;
    return shown;
  });
}

/** `pg_cancel_backend, guarded by identity (8 times)`. */
export function labelOf({ label, count }: Statement): string {
  return count === 1 ? label : `${label} (${formatCount(count, 'time')})`;
}
