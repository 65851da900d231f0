import { type Plan, type Selection, shownSelection } from '../../domain/plan.ts';
import type { ClickValue } from './click-value.ts';

/** A menu of Slack has at most 100 options. */
export const MOST_TARGETS = 100;
/** More questions than this do not fit on a card; the others keep their default. */
const MOST_CHOICES = 8;

/** Targets that people can choose from. */
export function offeredTargets(plan: Plan): Plan['targets'] {
  return plan.targets.slice(0, MOST_TARGETS);
}

/** Questions that a card asks. */
export function offeredChoices(plan: Plan): Plan['choices'] {
  return plan.choices.slice(0, MOST_CHOICES);
}

/** Block ids are bound to the plan, so that a new plan starts with its own proposal. */
export function choiceBlockId(index: number, hash: string): string {
  return `choice:${index}:${hash.slice(0, 16)}`;
}

/** Who chose which targets instead of the proposed ones; null when nobody did. */
type Chosen = Parameters<typeof shownSelection>[1];

/** What a card shows, as positions: it goes into the Run button, so that an untouched card means what it showed. */
export function shownPositions(plan: Plan, chosen: Chosen): Required<Pick<ClickValue, 'p' | 'c'>> {
  const { targets } = shownSelection(plan, chosen);
  return {
    p: offeredTargets(plan).flatMap(({ id }, index) => (targets.includes(id) ? [index] : [])),
    c: offeredChoices(plan).map(({ options, default: proposed }) =>
      Math.max(
        0,
        options.findIndex(({ value }) => value === proposed),
      ),
    ),
  };
}

/** Where a selection stands in its plan, for a button that has to mean just that. */
export function positionsOf(
  plan: Plan,
  { targets, choices }: Selection,
): { targets: number[]; choices: number[] } {
  return {
    targets: offeredTargets(plan).flatMap(({ id }, index) => (targets.includes(id) ? [index] : [])),
    choices: offeredChoices(plan).map(({ id, options }) =>
      Math.max(
        0,
        options.findIndex(({ value }) => value === choices[id]),
      ),
    ),
  };
}

/** The selection that a card means: its targets, the answers that were picked, and its own proposal for the others. */
export function selectionOf(plan: Plan, value: ClickValue, answers: readonly (number | null)[]): Selection {
  const proposed = shownPositions(plan, null);
  const positions = new Set(value.p ?? proposed.p);
  const choices = plan.choices.map((choice, index): [string, string] => {
    const position = answers[index] ?? value.c?.[index];
    const option = position === undefined ? undefined : choice.options[position];
    return [choice.id, option?.value ?? choice.default];
  });
  return {
    targets: offeredTargets(plan).flatMap((target, index) => (positions.has(index) ? [target.id] : [])),
    choices: Object.fromEntries(choices),
  };
}
