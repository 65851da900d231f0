import { causeKinds } from '../diagnosis/cause-kinds.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { StepKinds } from '../steps/registry.ts';
import { issuesToProblems } from '../yaml/issues.ts';
import type { Problem } from '../yaml/problems.ts';
import type { Source } from '../yaml/source.ts';

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
    problems.push(...unknownCauses(source, step.for, [...path, 'for']));
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
          `found "none" for ${kind.kind}: it changes something, so a person decides; expected "one" or "two"`,
        ),
      );
    }
    const parsed = kind.params.safeParse(step.params ?? {});
    if (parsed.success) params.set(index, parsed.data);
    else problems.push(...issuesToProblems(source, parsed.error.issues, [...path, 'params']));
  }
  return { problems, params };
}

function unknownCauses(source: Source, causes: unknown, path: readonly (string | number)[]): Problem[] {
  const named: readonly unknown[] = Array.isArray(causes) ? causes : [];
  return named.flatMap((cause, index) => {
    if (typeof cause !== 'string' || causeKinds.includes(cause)) return [];
    const near = didYouMean(cause, causeKinds);
    const hint = near === null ? '' : ` Did you mean "${near}"?`;
    return source.problemAt(
      [...path, index],
      `found the unknown cause "${cause}".${hint} Known: ${causeKinds.toSorted().join(', ')}`,
    );
  });
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
