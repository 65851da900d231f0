import { FirebreakError } from '../domain/errors.ts';

/** One mistake in a runbook file. */
export interface Problem {
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** What was found and what was expected. */
  readonly text: string;
}

/** One error for all problems, one line each, in the order of the file. */
export function badRunbook(problems: readonly Problem[]): FirebreakError {
  const lines = [...problems]
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
    .map(({ file, line, column, text }) => `${file}:${line}:${column}: ${text}`);
  return new FirebreakError('bad-runbook', [...new Set(lines)].join('\n'), {
    hint: 'Correct the lines that are named; runbooks/schema.json lets an editor check while you type.',
  });
}
