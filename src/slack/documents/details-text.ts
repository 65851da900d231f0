import type { StepAttempt } from '../../domain/incident.ts';
import type { Table } from '../../domain/outcome.ts';
import { type Plan, shownSelection } from '../../domain/plan.ts';
import { safeText } from '../blocks/safe-text.ts';
import { labelOf, statementsOf } from '../blocks/statements.ts';

/** Characters of a file: nobody reads more, and a phone has to open it. */
const MOST_CHARACTERS = 2_000_000;

/**
 * Every target, what is left alone, and every statement of a plan. Plain text, which nothing parses: no formula, no link,
 * no mention. Its literals are masked where the plan was made, as on the card.
 */
export function planText(title: string, attempt: StepAttempt, plan: Plan): string {
  const chosen = attempt.approval?.selection ?? shownSelection(plan, attempt.chosen);
  const targets = plan.targets.flatMap(({ id, label, owner, why, facts, sql }, index) => [
    '',
    record(index, label),
    field('Act on it', chosen.targets.includes(id) ? 'yes' : 'no'),
    field('Owner', owner ?? 'not known'),
    ...facts.map(({ name, value }) => field(name, value)),
    field('Why', why),
    ...(sql === null ? [] : [field('Query', ''), verbatim(sql)]),
  ]);
  const leftAlone = plan.excluded.flatMap(({ label, reason }, index) => [
    '',
    record(index, label),
    field('Why', reason),
  ]);
  const statements = statementsOf(plan).flatMap((statement) => [
    '',
    inOneLine(labelOf(statement)),
    verbatim(statement.text),
  ]);
  return whole([
    inOneLine(title),
    inOneLine(plan.summary),
    ...section(`Targets (${plan.targets.length})`, targets),
    ...section(`Left alone (${plan.excluded.length})`, leftAlone),
    ...section('Sent as it stands here, once the step is run', statements),
  ]);
}

/** Every row of a table, with the names of its columns. */
export function resultText(title: string, { columns, rows }: Table): string {
  const records = rows.flatMap((cells, index) => [
    '',
    record(index, cells[0] ?? ''),
    ...columns.slice(1).map((name, position) => field(name, cells[position + 1] ?? '')),
  ]);
  return whole([inOneLine(title), ...section(`${columns[0] ?? 'Rows'} (${rows.length})`, records)]);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', inOneLine(title), ...lines];
}

function record(index: number, label: string): string {
  return `${index + 1}. ${inOneLine(label)}`;
}

function field(name: string, value: string): string {
  return `   ${inOneLine(name)}: ${inOneLine(value)}`.trimEnd();
}

/** Text of several lines, each marked, so that none passes for one of ours. */
function verbatim(text: string): string {
  return safeText(text)
    .split('\n')
    .map((line) => `   | ${line}`)
    .join('\n');
}

function inOneLine(text: string): string {
  return safeText(text).replaceAll(/\s+/g, ' ').trim();
}

function whole(lines: readonly string[]): string {
  const text = `${lines.join('\n')}\n`;
  if (text.length <= MOST_CHARACTERS) return text;
  const left = text.length - MOST_CHARACTERS;
  return `${text.slice(0, MOST_CHARACTERS)}\n… ${left} more characters; firebreak journal export has the whole.\n`;
}
