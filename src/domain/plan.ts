import { z } from 'zod';
import { hashJson, Json } from './json.ts';
import { Trend } from './trend.ts';

/** A name and a value that a person reads beside a target or in a result. */
export const Fact = z.object({
  name: z.string(),
  value: z.string(),
  /** Where it is going; left out where there was nothing to compare it with. */
  trend: Trend.optional(),
});
export type Fact = z.infer<typeof Fact>;

/** One thing that a step would act on. */
export const Target = z.object({
  /** Unique within the plan and stable over re-plans of the same thing. */
  id: z.string().min(1),
  /** What a person calls it, such as `pid 4711 · report_generator · 3m12s`. At most 75 characters are shown on a checkbox. */
  label: z.string(),
  /** Why it is a target. */
  why: z.string(),
  /** Who owns it, such as `CronJob analytics/report-generator`, or null when nobody could be named. */
  owner: z.string().nullable(),
  facts: z.array(Fact),
  /** SQL with its literals masked, or null. */
  sql: z.string().nullable(),
  /** Whether the plan proposes to act on it; a person may change that. */
  selected: z.boolean(),
  /** What execute and verify need to know it again; typed by the step kind. */
  identity: Json,
});
export type Target = z.infer<typeof Target>;

/** A question whose answer changes what is done, such as "suspend or delete the running Jobs". */
export const Choice = z.object({
  id: z.string(),
  label: z.string(),
  options: z.array(z.object({ value: z.string(), label: z.string(), consequence: z.string() })).min(1),
  default: z.string(),
});
export type Choice = z.infer<typeof Choice>;

/** An exact statement, patch or request that a step would send, for people to read before they decide. */
export const Command = z.object({
  label: z.string(),
  language: z.enum(['sql', 'json', 'text']),
  text: z.string(),
  /**
   * The same, and what takes it back, as they stand in a repository from which they are applied later: without what guards
   * the change against the moment. Null where it belongs into none; left out where the text itself does.
   */
  patch: z.object({ text: z.string(), undo: z.string().nullable() }).nullable().optional(),
});
export type Command = z.infer<typeof Command>;

/** What a step would do, computed by reading only. It is stored, shown, hashed and bound to the decision. */
export const Plan = z.object({
  kind: z.string(),
  params: z.record(z.string(), Json),
  /** One sentence: what would be done. */
  summary: z.string(),
  /** One sentence: what users and clients will notice. */
  impact: z.string(),
  /** How it is undone, or why it cannot be. */
  undo: z.string(),
  /** What stays as it is even when all of it succeeds, one sentence each; left out where nothing is known to. */
  wontSolve: z.array(z.string()).optional(),
  /** What must be known before deciding; shown in front of the buttons and repeated in the confirmation. */
  warnings: z.array(z.string()),
  targets: z.array(Target),
  /** What was looked at and left alone, and why: protected sessions, too young queries; `id` where it could be a target. */
  excluded: z.array(z.object({ label: z.string(), reason: z.string(), id: z.string().optional() })),
  choices: z.array(Choice),
  commands: z.array(Command),
  /** Set when there is nothing to do: the step is skipped with this reason. */
  nothingToDo: z.string().nullable(),
});
export type Plan = z.infer<typeof Plan>;

/**
 * What the click binds to: kind, parameters, targets and choices, and which plan of the try it is, counted from 1.
 * Words and ages on the card may change without changing it; a plan that is made anew is another one, even when
 * nothing else changed, so that no click on the old one means the new one.
 */
export function planHash(plan: Plan, drawn = 1): string {
  return hashJson({
    drawn,
    kind: plan.kind,
    params: plan.params,
    targets: plan.targets.map(({ id, identity }) => ({ id, identity })),
    choices: plan.choices.map(({ id, options }) => ({ id, options: options.map(({ value }) => value) })),
  });
}

/** What one person approved: the targets and the answers on their screen. */
export const Selection = z.object({
  targets: z.array(z.string()),
  choices: z.record(z.string(), z.string()),
});
export type Selection = z.infer<typeof Selection>;

/** The selection that the plan itself proposes. */
export function proposedSelection(plan: Plan): Selection {
  return {
    targets: plan.targets.filter((target) => target.selected).map((target) => target.id),
    choices: Object.fromEntries(plan.choices.map((choice) => [choice.id, choice.default])),
  };
}

/** What a card means: the targets that a person chose instead of the proposed ones, and the proposed answers. */
export function shownSelection(
  plan: Plan,
  chosen: { readonly targets: readonly string[] } | null,
): Selection {
  const proposed = proposedSelection(plan);
  return chosen === null ? proposed : { ...proposed, targets: [...chosen.targets] };
}

/** Says what is wrong with a selection for this plan, or null when it fits. */
export function selectionProblem(plan: Plan, selection: Selection): string | null {
  const known = new Set(plan.targets.map((target) => target.id));
  const stranger = selection.targets.find((id) => !known.has(id));
  if (stranger !== undefined) return `Target ${stranger} is not part of this plan.`;
  if (plan.targets.length > 0 && selection.targets.length === 0) {
    return 'No target is selected. Tick at least one, or choose Skip.';
  }
  for (const choice of plan.choices) {
    const answer = selection.choices[choice.id];
    if (answer === undefined) return `Nothing was chosen for "${choice.label}".`;
    if (!choice.options.some((option) => option.value === answer)) {
      return `"${answer}" is not an option of "${choice.label}".`;
    }
  }
  return null;
}
