import { describeError } from '../domain/errors.ts';

/** Prints an error as a person wants to read it: what, and what to do next. */
export function printFailure(error: unknown): void {
  const { code, message, hint } = describeError(error);
  process.stderr.write(`\nerror [${code}] ${message}\n  → ${hint}\n`);
}
