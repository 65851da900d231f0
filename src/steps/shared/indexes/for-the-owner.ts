import { FirebreakError } from '../../../domain/errors.ts';
import type { Command } from '../../../domain/plan.ts';

/** Why what the owner alone may do is left alone. */
export function notAsOwner(owner: string): string {
  return `Firebreak may not act as its owner ${owner}. The lines are below.`;
}

/** The statement for a person, and the grant that lets Firebreak do it next time, where there is one. */
export function forTheOwner(owner: string, statement: string, grant: string | null): Command[] {
  const own: Command = {
    label: `by hand, as ${owner}, outside of a transaction`,
    language: 'sql',
    text: `${statement};`,
  };
  if (grant === null) return [own];
  return [own, { label: 'so that Firebreak may do it next time', language: 'sql', text: grant }];
}

/** The refusal of a step of which nothing else is left to do. */
export function onlyForTheOwner(
  message: string,
  { done, next }: { readonly done: string; readonly next: Command[] },
): FirebreakError {
  return new FirebreakError('database-permission', message, {
    hint: 'Run the lines below, or let Firebreak do it with the GRANT and try again; or skip this step.',
    situation: { known: [], unknown: [], done: [done], next },
  });
}
