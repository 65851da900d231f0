import { sha256 } from '../domain/json.ts';
import { Runbook } from '../domain/runbook.ts';
import type { StepKinds } from '../steps/registry.ts';
import { issuesToProblems } from '../yaml/issues.ts';
import type { Problem } from '../yaml/problems.ts';
import { readSource } from '../yaml/source.ts';
import { badRunbook } from './bad-runbook.ts';
import { checkPurpose } from './check-purpose.ts';
import { checkSteps } from './check-steps.ts';
import { RunbookForm } from './format.ts';
import { checkReminders, remindTimes } from './remind.ts';

/** A runbook, or everything that is wrong with its text. */
export type ReadRunbook =
  | { readonly runbook: Runbook; readonly problems: readonly [] }
  | { readonly runbook: null; readonly problems: readonly Problem[] };

/** Reads one runbook; `name` is the file name that problems carry. Never throws. */
export function readRunbook(text: string, name: string, stepKinds: StepKinds): ReadRunbook {
  const source = readSource(text, name);
  if (source.problems.length > 0) return { runbook: null, problems: source.problems };
  const form = RunbookForm.safeParse(source.data);
  const steps = checkSteps(source, stepKinds);
  const problems = [
    ...(form.success
      ? [...checkReminders(source, form.data), ...checkPurpose(source, form.data)]
      : issuesToProblems(source, form.error.issues)),
    ...steps.problems,
  ];
  if (!form.success || problems.length > 0) return { runbook: null, problems };
  const runbook = Runbook.parse({
    ...form.data,
    steps: form.data.steps.map((step, index) => ({
      ...step,
      params: steps.params.get(index) ?? {},
      remind: remindTimes(form.data, step),
    })),
    hash: sha256(text),
  });
  return { runbook, problems: [] };
}

/** Reads one runbook. Throws FirebreakError `bad-runbook` with all problems, one `file:line:column: …` per line. */
export function loadRunbook(text: string, name: string, stepKinds: StepKinds): Runbook {
  const { runbook, problems } = readRunbook(text, name, stepKinds);
  if (runbook === null) throw badRunbook(problems);
  return runbook;
}
