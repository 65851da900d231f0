import type { Command } from '../domain/plan.ts';
import { printableLines } from '../words/printable.ts';
import { type Manifest, manifestsOf } from './manifest-of.ts';
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
 * The remedies as files for a repository: the SQL of a step in one, each Kubernetes object in one of its own, and what a
 * person has to do in words. They hold what the plans hold, with a header that says what, why and how it is undone. Pure.
 */
export function patchFiles(database: string, planned: readonly PlannedStep[]): PatchedStep[] {
  return planned.map(({ step, plan, problem }, index) => {
    const stem = `${String(index + 1).padStart(2, '0')}-${step.id}`;
    const commands = (plan?.commands ?? problem?.commands ?? []).filter(({ patch }) => patch !== null);
    const head = headOf(database, { step, plan, problem });
    const sql = commands.filter(({ language }) => language === 'sql');
    const forms = commands.filter(({ language }) => language !== 'sql').map(formsOf);
    const others = forms.flat();
    const files = [
      ...(sql.length === 0 ? [] : [{ name: `${stem}.sql`, text: sqlText(head, sql) }]),
      ...others.map((form, at): PatchFile => {
        const stemOfForm = `${stem}${others.length === 1 ? '' : `-${at + 1}`}`;
        const own = others.length === 1 ? [] : [`This file: ${form.label}`];
        if (form.manifest === null)
          return { name: `${stemOfForm}.txt`, text: plainText([...head, ...own], form.words) };
        const name = `${stemOfForm}.yaml`;
        return { name, text: yamlText([...head, ...own, applied(name, form.manifest)], form) };
      }),
    ];
    const left = forms.some(({ length }) => length === 0);
    return { step: step.id, title: step.title, files, note: noteOf({ plan, problem, files, left }) };
  });
}

/** What becomes a file of its own: an object with what takes it back, or words for a person. */
type Form = { readonly label: string } & (Whole | { readonly manifest: null; readonly words: string });
interface Whole {
  readonly manifest: Manifest;
  readonly undo: string | null;
}

/** What a command becomes; empty where it has no form for a repository. The undo belongs to its last object. */
function formsOf(command: Command): Form[] {
  const { label, patch } = command;
  const manifests = manifestsOf(textOf(command));
  if (manifests.length === 0) return patch == null ? [] : [{ label, manifest: null, words: patch.text }];
  return manifests.map((manifest, at) => ({
    label,
    manifest,
    undo: at === manifests.length - 1 ? (patch?.undo ?? null) : null,
  }));
}

function noteOf({
  plan,
  problem,
  files,
  left,
}: Pick<PlannedStep, 'plan' | 'problem'> & {
  files: readonly PatchFile[];
  left: boolean;
}): string | null {
  if (problem !== null) return files.length === 0 ? `${problem.message} ${problem.hint}` : problem.message;
  if (plan?.nothingToDo != null) return plan.nothingToDo;
  if (files.length === 0) return 'It has no form for a repository: apply it on approval.';
  return left ? 'A part of it has no form for a repository: apply that on approval.' : null;
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

/** A part is merged into what is there, as an apply would leave out or fight for the rest. */
function applied(file: string, { kind, namespace, name, part }: Manifest): string {
  if (part)
    return `Apply: kubectl -n ${namespace} patch ${kind.toLowerCase()} ${name} --patch-file ${file}, or as a patch of your kustomization.`;
  return `Apply: kubectl apply --server-side --field-manager=firebreak -f ${file}, or as a resource of your kustomization.`;
}

function yamlText(head: readonly string[], { manifest, undo }: Whole): string {
  const back = undo === null ? '' : `\n${commented(['To undo it:', undo.trimEnd()], '#')}\n`;
  return `${commented(head, '#')}\n${manifest.yaml}${back}`;
}

function plainText(head: readonly string[], words: string): string {
  return `${commented(head, '#')}\n${printableLines(words).join('\n')}\n`;
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
