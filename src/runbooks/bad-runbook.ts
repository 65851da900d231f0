import type { FirebreakError } from '../domain/errors.ts';
import { type Problem, problemsError } from '../yaml/problems.ts';

/** The error `bad-runbook` with all problems of one or more runbook files. */
export function badRunbook(problems: readonly Problem[]): FirebreakError {
  return problemsError(problems, {
    code: 'bad-runbook',
    hint: 'Correct the lines that are named; runbooks/schema.json lets an editor check while you type.',
  });
}
