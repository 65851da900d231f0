import type { Command } from '../domain/plan.ts';
import { printableLines } from '../words/printable.ts';
import { manifestOf } from './manifest-of.ts';
import type { PlannedStep } from './planned-step.ts';

/** The first line of each file: what is written again begins with it, so that nothing else is written over. */
export const MADE_BY = 'Made by firebreak prevent';

export interface PatchFile {
  /** Such as `01-set-limits.sql`. */
  readonly name: string;
  readonly text: string;
}

/** What became of one step: its files, or why it has none. */
export interface PatchedStep {
  readonly step: string;
  readonly title: string;
  readonly files: readonly PatchFile[];
  /** In one sentence; null where it has files and nothing is left to do by hand. */
  readonly note: string | null;
}

/**
 * The remedies as files for a repository: the SQL of a step in one, each Kubernetes object in one of its own. They hold
 * what the plans hold, with a header that says what, why and how it is undone. Pure.
 */
export function patchFiles(database: string, planned: readonly PlannedStep[]): PatchedStep[] {
  return planned.map(({ step, plan, problem }, index) => {
    const stem = `${String(index + 1).padStart(2, '0')}-${step.id}`;
    const commands = (plan?.commands ?? problem?.commands ?? []).filter(({ patch }) => patch !== null);
    const head = headOf(database, { step, plan, problem });
    const sql = commands.filter(({ language }) => language === 'sql');
    const others = commands.filter(({ language }) => language !== 'sql');
    const manifests = others.flatMap((command) => {
      const yaml = manifestOf(textOf(command));
      return yaml === null ? [] : [{ yaml, undo: command.patch?.undo ?? null }];
    });
    const files = [
      ...(sql.length === 0 ? [] : [{ name: `${stem}.sql`, text: sqlText(head, sql) }]),
      ...manifests.map((manifest, at) => {
        const name = `${stem}${manifests.length === 1 ? '' : `-${at + 1}`}.yaml`;
        return { name, text: yamlText([...head, applied(name)], manifest) };
      }),
    ];
    return {
      step: step.id,
      title: step.title,
      files,
      note: noteOf({ plan, problem, others, manifests, files }),
    };
  });
}

function noteOf({
  plan,
  problem,
  others,
  manifests,
  files,
}: Pick<PlannedStep, 'plan' | 'problem'> & {
  others: readonly Command[];
  manifests: readonly object[];
  files: readonly PatchFile[];
}): string | null {
  if (problem !== null) return files.length === 0 ? `${problem.message} ${problem.hint}` : problem.message;
  if (plan?.nothingToDo != null) return plan.nothingToDo;
  if (files.length === 0) return 'It has no form for a repository: apply it on approval.';
  return others.length > manifests.length
    ? 'A part of it has no form for a repository: apply that on approval.'
    : null;
}

function headOf(database: string, { step, plan, problem }: PlannedStep): string[] {
  const targets = plan?.targets ?? [];
  return [
    `${MADE_BY} ${database} --output patch. Nothing was changed when this was made.`,
    '',
    `What: ${plan?.summary ?? step.title} (step ${step.id}, ${step.kind})`,
    ...targets.map(({ label, why }) => `Why: ${label}: ${why}`),
    ...(plan === null ? [] : [`What clients notice: ${plan.impact}`, `Undo: ${plan.undo}`]),
    ...(plan?.wontSolve ?? []).map((one) => `Does not solve: ${one}`),
    ...(plan?.warnings ?? []).map((one) => `Look out: ${one}`),
    ...(problem === null ? [] : [`Why by hand: ${problem.message}`]),
    '',
  ];
}

function sqlText(head: readonly string[], commands: readonly Command[]): string {
  const undo = commands.flatMap(({ patch }) => patch?.undo ?? []);
  return [
    commented(head, '--'),
    ...commands.map((command) => ended(textOf(command))),
    ...(undo.length === 0 ? [] : ['', commented(['To undo it:', ...undo.toReversed()], '--')]),
    '',
  ].join('\n');
}

/** Server-side, so that a part of an object is enough. */
function applied(name: string): string {
  return `Apply: kubectl apply --server-side --field-manager=firebreak -f ${name}, or as a patch of your kustomization.`;
}

function yamlText(head: readonly string[], { yaml, undo }: { yaml: string; undo: string | null }): string {
  const back = undo === null ? '' : `\n${commented(['To undo it:', undo.trimEnd()], '#')}\n`;
  return `${commented(head, '#')}\n${yaml}${back}`;
}

function textOf({ text, patch }: Command): string {
  return patch?.text ?? text;
}

function ended(statement: string): string {
  const text = statement.trimEnd();
  return text.endsWith(';') ? text : `${text};`;
}

/** Text of plans holds names that others chose: whatever looks like a new line begins a comment again. */
function commented(lines: readonly string[], mark: '--' | '#'): string {
  return lines
    .flatMap(printableLines)
    .map((line) => `${mark} ${line}`.trimEnd())
    .join('\n');
}
