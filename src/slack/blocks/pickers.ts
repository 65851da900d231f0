import type { types } from '@slack/bolt';
import type { Choice, Plan } from '../../domain/plan.ts';
import { actionIds } from './action-ids.ts';
import { type Budget, clip } from './clip.ts';
import { choiceBlockId, offeredChoices } from './offer.ts';
import { bold, bullets, line, richText, text } from './rich-text.ts';
import { plain } from './text-objects.ts';

/** Characters that the labels of all answers may take together. */
const ANSWER_CHARACTERS = 2400;
/** Radio buttons have at most 10 options; more are a menu. */
const MOST_RADIO_BUTTONS = 10;
/** Slack shows at most this many characters of an option and of its description. */
const OPTION = 75;

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
    offered.length <= MOST_RADIO_BUTTONS &&
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
            .slice(0, MOST_RADIO_BUTTONS)
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
  return options.length <= MOST_RADIO_BUTTONS
    ? { type: 'radio_buttons', ...element }
    : { type: 'static_select', ...element, placeholder: plain('Choose', 150) };
}

function lengthOf(option: { text: { text: string }; description?: { text: string } }): number {
  return option.text.text.length + (option.description?.text.length ?? 0);
}
