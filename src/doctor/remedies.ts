import type { Remedy } from '../domain/audit.ts';

/** A statement for a superuser of the server. */
export function sqlRemedy(text: string, label: string, ...statements: readonly string[]): Remedy {
  return { text, commands: [{ label, language: 'sql', text: statements.join('\n') }] };
}

/** Lines for a terminal or for a file. */
export function textRemedy(text: string, label: string, lines: string): Remedy {
  return { text, commands: [{ label, language: 'text', text: lines }] };
}

/** Something to do that no statement does. */
export function inWords(text: string): Remedy {
  return { text, commands: [] };
}
