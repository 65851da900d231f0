import { type ErrorCode, FirebreakError } from '../domain/errors.ts';

/** One mistake in a YAML file. */
export interface Problem {
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** What was found and what was expected. */
  readonly text: string;
}

export function problemText({ file, line, column, text }: Problem): string {
  return `${file}:${line}:${column}: ${text}`;
}

/** One error for all problems, one `file:line:column: …` per line, in the order of the files. */
export function problemsError(
  problems: readonly Problem[],
  options: { code: Extract<ErrorCode, 'bad-config' | 'bad-runbook'>; hint: string },
): FirebreakError {
  const lines = [...problems]
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
    .map(problemText);
  return new FirebreakError(options.code, [...new Set(lines)].join('\n'), { hint: options.hint });
}
