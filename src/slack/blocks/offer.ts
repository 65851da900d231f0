import type { Plan, Selection } from '../../domain/plan.ts';
import type { ClickValue } from './click-value.ts';

/** A menu of Slack has at most 100 options. */
export const MOST_TARGETS = 100;
/** More questions than this do not fit on a card; the others keep their default. */
const MOST_CHOICES = 8;
/** Checkboxes have at most 10 options. */
export const MOST_CHECKBOXES = 10;

/** Targets that a card lets people pick from. */
export function offeredTargets(plan: Plan): Plan['targets'] {
  return plan.targets.slice(0, MOST_TARGETS);
}

/** Questions that a card asks. */
export function offeredChoices(plan: Plan): Plan['choices'] {
  return plan.choices.slice(0, MOST_CHOICES);
}

/** Block ids are bound to the plan, so that a new plan starts with its own proposal. */
export function targetsBlockId(hash: string): string {
  return `targets:${hash.slice(0, 16)}`;
}

export function choiceBlockId(index: number, hash: string): string {
  return `choice:${index}:${hash.slice(0, 16)}`;
}

/** What the plan proposes, as positions: it goes into the Run button, so that an untouched card means what it showed. */
export function proposal(plan: Plan): Required<Pick<ClickValue, 'p' | 'c'>> {
  return {
    p: offeredTargets(plan).flatMap((target, index) => (target.selected ? [index] : [])),
    c: offeredChoices(plan).map(({ options, default: chosen }) =>
      Math.max(
        0,
        options.findIndex(({ value }) => value === chosen),
      ),
    ),
  };
}

/** Positions that a person picked; null where the element was not touched or is not on the card. */
export interface Picked {
  readonly targets: readonly number[] | null;
  readonly choices: readonly (number | null)[];
}

/** The selection that a card means: what was picked, and the card's own proposal for what was not. */
export function selectionOf(plan: Plan, value: ClickValue, picked: Picked): Selection {
  const proposed = proposal(plan);
  const positions = new Set(picked.targets ?? value.p ?? proposed.p);
  const choices = plan.choices.map((choice, index): [string, string] => {
    const position = picked.choices[index] ?? value.c?.[index];
    const option = position === undefined ? undefined : choice.options[position];
    return [choice.id, option?.value ?? choice.default];
  });
  return {
    targets: offeredTargets(plan).flatMap((target, index) => (positions.has(index) ? [target.id] : [])),
    choices: Object.fromEntries(choices),
  };
}
