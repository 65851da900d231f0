import type { types } from '@slack/bolt';
import type { Choice, Plan } from '../../domain/plan.ts';
import { actionIds } from './action-ids.ts';
import type { Budget } from './clip.ts';
import { choiceBlockId, MOST_CHECKBOXES, offeredChoices, offeredTargets, targetsBlockId } from './offer.ts';
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
  const text = plain(`Act on (${selected} of ${targets.length} proposed):`, 150);
  const block_id = targetsBlockId(hash);
  return targets.length <= MOST_CHECKBOXES
    ? [{ type: 'section', block_id, text, accessory: { type: 'checkboxes', ...element } }]
    : [
        {
          type: 'section',
          block_id,
          text,
          accessory: { type: 'multi_static_select', ...element, placeholder: plain('Pick targets', 150) },
        },
      ];
}

/** Asks the questions of a plan, each answer with its consequence. */
export function choicePickers(plan: Plan, hash: string, budget: Budget): types.KnownBlock[] {
  return offeredChoices(plan).map((choice, index) => {
    const options = choice.options.slice(0, 100).map((option, position) => ({
      text: plain(option.label, 75),
      value: String(position),
      ...(choice.options.length <= 10 ? { description: plain(option.consequence, 75) } : {}),
    }));
    budget.spend(options.reduce((sum, option) => sum + option.text.text.length * 2, 0));
    return {
      type: 'section' as const,
      block_id: choiceBlockId(index, hash),
      text: plain(choice.label, 300),
      accessory: accessory(choice, options),
    };
  });
}

function accessory(
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
