import type { types } from '@slack/bolt';
import type { Choice, Plan, Target } from '../../domain/plan.ts';
import { actionIds } from './action-ids.ts';
import { type Budget, clip } from './clip.ts';
import { choiceBlockId, MOST_CHECKBOXES, offeredChoices, offeredTargets, targetsBlockId } from './offer.ts';
import { bold, bullets, line, richText, text } from './rich-text.ts';
import { plain } from './text-objects.ts';

/** Characters that the labels of a menu of targets may take together; each selected one is sent twice. */
const MENU_CHARACTERS = 3600;
/** Characters that the labels of all answers may take together. */
const ANSWER_CHARACTERS = 2400;
/** Slack shows at most this many characters of an option and of its description. */
const OPTION = 75;

/** Lets people change which targets are acted on. */
export function targetPicker(plan: Plan, hash: string, budget: Budget): types.KnownBlock[] {
  const targets = offeredTargets(plan);
  if (targets.length === 0) return [];
  const selected = targets.filter((target) => target.selected).length;
  const width = Math.max(12, Math.min(OPTION, Math.floor(MENU_CHARACTERS / (targets.length + selected))));
  const options = targets.map((target, index) => ({
    text: plain(target.label, width),
    value: String(index),
    ...describe(target, targets, budget),
  }));
  const initial = options.filter((_, index) => targets[index]?.selected === true);
  budget.spend([...options, ...initial].reduce((sum, option) => sum + lengthOf(option), 0));
  const initial_options = initial.length === 0 ? {} : { initial_options: initial };
  const element = { action_id: actionIds.targets, options, ...initial_options };
  const block_id = targetsBlockId(hash);
  const label = `Act on (${selected} of ${targets.length} proposed):`;
  if (targets.length <= MOST_CHECKBOXES) {
    // An actions block gives the checkboxes the whole width; beside a text they get a third of it.
    return [
      ...richText(line(bold(label))),
      { type: 'actions', block_id, elements: [{ type: 'checkboxes', ...element }] },
    ];
  }
  const accessory = { ...element, placeholder: plain('Pick targets', 150) };
  return [
    {
      type: 'section',
      block_id,
      text: plain(label, 150),
      accessory: { type: 'multi_static_select', ...accessory },
    },
  ];
}

/** Owner and reason in short where they differ between the targets; what all share stands above. */
function describe(
  target: Target,
  targets: readonly Target[],
  budget: Budget,
): { description?: types.PlainTextElement } {
  if (targets.length > MOST_CHECKBOXES) return {};
  const differ = (pick: (one: Target) => string | null): boolean =>
    targets.some((other) => pick(other) !== pick(target));
  const parts = [
    ...(differ(({ owner }) => owner) ? [target.owner ?? 'owner unknown'] : []),
    ...(differ(({ why }) => why) ? [shortReason(target.why)] : []),
  ];
  return parts.length === 0 || budget.left() < MENU_CHARACTERS
    ? {}
    : { description: plain(parts.join(' · '), OPTION) };
}

/** A reason up to the end of its first clause. */
function shortReason(why: string): string {
  return why.split(/[.:;](?:\s|$)/, 1)[0] ?? why;
}

/** Asks the questions of a plan, each answer with its consequence. */
export function choicePickers(plan: Plan, hash: string, budget: Budget): types.KnownBlock[] {
  const choices = offeredChoices(plan);
  const answers = choices.reduce((sum, { options }) => sum + options.length, 0);
  const width = Math.max(8, Math.min(OPTION, Math.floor(ANSWER_CHARACTERS / Math.max(1, answers))));
  return choices.flatMap((choice, index) => choicePicker(choice, choiceBlockId(index, hash), width, budget));
}

function choicePicker(choice: Choice, block_id: string, width: number, budget: Budget): types.KnownBlock[] {
  const offered = choice.options.slice(0, 100);
  const inShort =
    offered.length <= MOST_CHECKBOXES &&
    offered.every(({ consequence }) => consequence.length <= OPTION) &&
    offered.length * OPTION * 2 <= budget.left();
  const options = offered.map((option, position) => ({
    text: plain(option.label, width),
    value: String(position),
    ...(inShort ? { description: plain(option.consequence, OPTION) } : {}),
  }));
  budget.spend(options.reduce((sum, option) => sum + lengthOf(option), 0) + OPTION * 2);
  const words = inShort
    ? []
    : [
        bullets(
          offered
            .slice(0, MOST_CHECKBOXES)
            .map(({ label, consequence }) =>
              line(bold(`${clip(label, width)}: `), text(budget.take(consequence, 300))),
            ),
        ),
      ];
  return [
    ...richText(line(bold(budget.take(choice.label, 200))), ...words),
    { type: 'actions', block_id, elements: [answerElement(choice, options)] },
  ];
}

function answerElement(
  choice: Choice,
  options: types.PlainTextOption[],
): types.RadioButtons | types.StaticSelect {
  const position = choice.options.findIndex(({ value }) => value === choice.default);
  const initial = options[position];
  const initial_option = initial === undefined ? {} : { initial_option: initial };
  const element = { action_id: actionIds.choice, options, ...initial_option };
  return options.length <= MOST_CHECKBOXES
    ? { type: 'radio_buttons', ...element }
    : { type: 'static_select', ...element, placeholder: plain('Choose', 150) };
}

function lengthOf(option: { text: { text: string }; description?: { text: string } }): number {
  return option.text.text.length + (option.description?.text.length ?? 0);
}
