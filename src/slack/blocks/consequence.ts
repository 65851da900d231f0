import type { Plan, Selection } from '../../domain/plan.ts';
import { joinNames } from './join-names.ts';
import { type Saying, wholeSentences } from './whole-sentences.ts';

/** Characters that Slack shows of the text of a confirm dialog. */
export const MOST_CONFIRM = 300;

/** The title of a dialog says in numbers on how much it acts: it is never cut away. */
export function question(verb: string, { targets }: Plan, { targets: chosen }: Selection): string {
  return targets.length === 0
    ? `${verb} this step?`
    : `${verb} this step on ${chosen.length} of ${targets.length}?`;
}

const MOST_NAMES = 3;

/**
 * What a dialog repeats before something is done. Where not all of it fits, what it acts on, the first sentence of each
 * warning and of the impact stay. Slack cannot show there which answers were picked on the card, so those are told as
 * what they are: `answered`, such as `as proposed`, or null where they are fixed.
 */
export function consequence(
  plan: Plan,
  { targets, choices }: Selection,
  answered: string | null,
  before: string | null = null,
): string {
  const names = plan.targets
    .filter(({ id }) => targets.includes(id))
    .map(({ label }) => label.split(' · ')[0] ?? label);
  const answers = plan.choices.flatMap(({ id, options }) =>
    options
      .filter(({ value }) => value === choices[id])
      .map(({ label, consequence: what }) => `${label}${answered === null ? '' : ` (${answered})`}: ${what}`),
  );
  const on = names.length === 0 ? plan.summary : `Acts on ${joinNames(names, MOST_NAMES)}.`;
  const parts: Saying[] = [
    ...(before === null ? [] : [{ text: before, rank: 0 }]),
    ...plan.warnings.map((warning) => ({ text: `⚠ ${warning}`, rank: 1, restRank: 2 })),
    { text: on, rank: 0 },
    { text: plan.impact, rank: 0, restRank: 3 },
    ...answers.map((text) => ({ text, rank: 4 })),
    ...(names.length > 0 && isAsProposed(plan, targets) ? [{ text: plan.summary, rank: 5 }] : []),
  ];
  return wholeSentences(parts, MOST_CONFIRM);
}

/** Whether what is chosen is what the plan proposes: its summary may name or count what it proposes. */
function isAsProposed(plan: Plan, targets: Selection['targets']): boolean {
  return plan.targets.every(({ id, selected }) => selected === targets.includes(id));
}
