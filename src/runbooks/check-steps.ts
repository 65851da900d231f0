import type { z } from 'zod';
import type { StepKinds } from '../steps/registry.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Problem } from './problems.ts';
import type { Path, Source } from './source.ts';

/** Zod's issues as problems with positions: an unknown key stands at the key, the rest at the value or around it. */
export function issuesToProblems(
  source: Source,
  issues: readonly z.core.$ZodIssue[],
  prefix: Path = [],
): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        source.problemAtKey(path, key, `found the unknown key "${key}"${where(path)}`),
      );
    }
    const text = source.textAt(path);
    const found = text === '' ? `${name(path)} is missing` : `found ${text} for ${name(path)}`;
    return [source.problemAt(path, `${found}: ${issue.message}`)];
  });
}

function where(path: Path): string {
  return path.length === 0 ? '' : ` in ${name(path)}`;
}

function name(path: Path): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}

/** Checks what only the step kinds know: kinds, their params, who may go without a decision; and that ids are unique. */
export function checkSteps(
  source: Source,
  stepKinds: StepKinds,
): { problems: Problem[]; params: Map<number, unknown> } {
  const problems: Problem[] = [];
  const params = new Map<number, unknown>();
  const seen = new Set<string>();
  for (const [index, step] of stepsOf(source.data).entries()) {
    const path = ['steps', index];
    if (typeof step.id === 'string') {
      if (seen.has(step.id)) {
        problems.push(
          source.problemAt([...path, 'id'], `found the step id "${step.id}" a second time: ids are unique`),
        );
      }
      seen.add(step.id);
    }
    if (typeof step.kind !== 'string') continue;
    const kind = stepKinds.get(step.kind);
    if (kind === undefined) {
      problems.push(source.problemAt([...path, 'kind'], unknownKind(step.kind, stepKinds)));
      continue;
    }
    if (step.confirm === 'none' && kind.actionClass !== 'observe') {
      problems.push(
        source.problemAt(
          [...path, 'confirm'],
          `found "none" for ${kind.kind}: it changes something, so a person decides; expected "one"`,
        ),
      );
    }
    const parsed = kind.params.safeParse(step.params ?? {});
    if (parsed.success) params.set(index, parsed.data);
    else problems.push(...issuesToProblems(source, parsed.error.issues, [...path, 'params']));
  }
  return { problems, params };
}

function unknownKind(kind: string, stepKinds: StepKinds): string {
  const near = didYouMean(kind, stepKinds.keys());
  const hint = near === null ? '' : ` Did you mean "${near}"?`;
  return `found the unknown step kind "${kind}".${hint} Known: ${[...stepKinds.keys()].sort().join(', ')}`;
}

function stepsOf(data: unknown): Record<string, unknown>[] {
  if (typeof data !== 'object' || data === null || !('steps' in data) || !Array.isArray(data.steps))
    return [];
  const steps: readonly unknown[] = data.steps;
  return steps.map((step) => (typeof step === 'object' && step !== null ? { ...step } : {}));
}
