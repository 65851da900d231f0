import type { types } from '@slack/bolt';
import type { Choice, Plan } from '../../domain/plan.ts';
import { actionIds } from './action-ids.ts';
import { type Budget, clip } from './clip.ts';
import { choiceBlockId, MOST_CHECKBOXES, offeredChoices, offeredTargets, targetsBlockId } from './offer.ts';
import { bold, line, richText } from './rich-text.ts';
import { plain } from './text-objects.ts';

/** Characters that the labels of a menu of targets may take together; each selected one is sent twice. */
const MENU_CHARACTERS = 3600;

/** Lets people change which targets are acted on. */
export function targetPicker(plan: Plan, hash: string, budget: Budget): types.KnownBlock[] {
  const targets = offeredTargets(plan);
  if (targets.length === 0) return [];
  const selected = targets.filter((target) => target.selected).length;
  const width = Math.max(12, Math.min(75, Math.floor(MENU_CHARACTERS / (targets.length + selected))));
  const options = targets.map((target, index) => ({
    text: plain(target.label, width),
    value: String(index),
  }));
  const initial = options.filter((_, index) => targets[index]?.selected === true);
  budget.spend([...options, ...initial].reduce((sum, option) => sum + option.text.text.length, 0));
  const initial_options = initial.length === 0 ? {} : { initial_options: initial };
  const element = { action_id: actionIds.targets, options, ...initial_options };
  const label = `Act on (${selected} of ${targets.length} proposed):`;
  const block_id = targetsBlockId(hash);
  if (targets.length <= MOST_CHECKBOXES) return below(label, block_id, { type: 'checkboxes', ...element });
  const menu = { type: 'multi_static_select' as const, ...element, placeholder: plain('Pick targets', 150) };
  return [{ type: 'section', block_id, text: plain(label, 150), accessory: menu }];
}

/** Stands in a row of its own: beside a text, Slack squeezes it into a third of the width. */
function below(
  label: string,
  block_id: string,
  element: types.Checkboxes | types.RadioButtons | types.StaticSelect,
): types.KnownBlock[] {
  return [...richText(line(bold(clip(label, 300)))), { type: 'actions', block_id, elements: [element] }];
}

/** Asks the questions of a plan, each answer with its consequence. */
export function choicePickers(plan: Plan, hash: string, budget: Budget): types.KnownBlock[] {
  return offeredChoices(plan).flatMap((choice, index) => {
    const options = choice.options.slice(0, 100).map((option, position) => ({
      text: plain(option.label, 75),
      value: String(position),
      ...(choice.options.length <= 10 ? { description: plain(option.consequence, 75) } : {}),
    }));
    budget.spend(options.reduce((sum, option) => sum + option.text.text.length * 2, 0));
    return below(choice.label, choiceBlockId(index, hash), picker(choice, options));
  });
}

function picker(choice: Choice, options: types.PlainTextOption[]): types.RadioButtons | types.StaticSelect {
  const position = choice.options.findIndex(({ value }) => value === choice.default);
  const initial = options[position];
  const initial_option = initial === undefined ? {} : { initial_option: initial };
  const element = { action_id: actionIds.choice, options, ...initial_option };
  return options.length <= MOST_CHECKBOXES
    ? { type: 'radio_buttons', ...element }
    : { type: 'static_select', ...element, placeholder: plain('Choose', 150) };
}
