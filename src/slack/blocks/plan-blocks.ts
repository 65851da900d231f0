import type { types } from '@slack/bolt';
import type { Plan, Target } from '../../domain/plan.ts';
import type { Budget } from './clip.ts';
import { bold, bullets, line, type Part, preformatted, quote, richText, text } from './rich-text.ts';

const MOST_IN_DETAIL = 8;
const MOST_EXCLUDED = 6;
const MOST_COMMANDS = 3;
const MOST_LINES = 10;

/** One sentence each: what would be done, what people notice, how it is undone. */
export function summaryBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  return richText(
    line(bold(budget.take(plan.summary, 600))),
    line(bold('Impact: '), text(budget.take(plan.impact, 400))),
    line(bold('Undo: '), text(budget.take(plan.undo, 400))),
  );
}

/** What must be known before deciding; stands right above the buttons. */
export function warningBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  const shown = plan.warnings.slice(0, MOST_LINES);
  return richText(
    ...shown.map((warning) => quote(text('⚠️ '), bold(budget.take(warning, 500)))),
    ...rest(plan.warnings.length - shown.length, 'warnings'),
  );
}

/** What differs from the plan that was on the screen before. */
export function differsBlocks(differs: readonly string[], budget: Budget): types.RichTextBlock[] {
  if (differs.length === 0) return [];
  const shown = differs.slice(0, MOST_LINES);
  return richText(
    line(bold('🔁 What changed since the last plan')),
    bullets(shown.map((difference) => line(text(budget.take(difference, 300))))),
    ...rest(differs.length - shown.length, 'changes'),
  );
}

/** What would be acted on, in words; the first ones in detail. */
export function targetBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  if (plan.targets.length === 0) return [];
  const shown = plan.targets.slice(0, MOST_IN_DETAIL);
  const left = plan.targets.length - shown.length;
  const seen = new Set<string>();
  return richText(
    line(bold(`Targets (${plan.targets.length})`)),
    ...shown.flatMap((target) => targetParts(target, seen, budget)),
    ...rest(left, 'targets; the menu below names them'),
    ...(plan.targets.length > 100
      ? [line(bold('Only the first 100 can be acted on from here. Run the step again for the others.'))]
      : []),
  );
}

/** SQL that was shown for an earlier target is not repeated. */
function targetParts(target: Target, seen: Set<string>, budget: Budget): Part[] {
  const facts = target.facts.slice(0, MOST_LINES).map(({ name, value }) => `${name} ${value}`);
  const owner = target.owner === null ? 'owner unknown' : target.owner;
  const again = target.sql !== null && seen.has(target.sql);
  const heading = line(
    text(target.selected ? '▸ ' : '▹ not proposed: '),
    bold(budget.take(target.label, 120)),
    text(` · ${budget.take([owner, ...facts].join(' · '), 300)}\n`),
    text(`${budget.take(target.why, 300)}${again ? ' Same SQL as above.' : ''}`),
  );
  if (target.sql === null || again) return [heading];
  seen.add(target.sql);
  return [heading, preformatted(budget.take(target.sql, 450))];
}

/** What was looked at and left alone. */
export function excludedBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  if (plan.excluded.length === 0) return [];
  const shown = plan.excluded.slice(0, MOST_EXCLUDED);
  return richText(
    line(bold(`Left alone (${plan.excluded.length})`)),
    bullets(
      shown.map(({ label, reason }) => line(text(`${budget.take(label, 100)}: ${budget.take(reason, 200)}`))),
    ),
    ...rest(plan.excluded.length - shown.length, 'left alone'),
  );
}

/** The exact statements and patches. Equal texts are shown once with their count. */
export function commandBlocks(plan: Plan, budget: Budget): types.RichTextBlock[] {
  if (plan.commands.length === 0) return [];
  const counts = new Map<string, { label: string; text: string; count: number }>();
  for (const command of plan.commands) {
    const same = counts.get(command.text);
    counts.set(command.text, { ...command, count: (same?.count ?? 0) + 1 });
  }
  const distinct = [...counts.values()];
  const shown = distinct.slice(0, MOST_COMMANDS);
  return richText(
    line(bold(`Exactly what is sent (${plan.commands.length})`)),
    ...shown.flatMap((command) => [
      line(text(`${budget.take(command.label, 120)}${command.count > 1 ? ` · ${command.count} times` : ''}`)),
      preformatted(budget.take(command.text, 600)),
    ]),
    ...rest(distinct.length - shown.length, 'commands'),
  );
}

/** Says how many things are not shown. */
export function rest(count: number, what: string): Part[] {
  return count > 0 ? [line(text(`… ${count} more ${what}`))] : [];
}
