import type { types } from '@slack/bolt';
import { plain } from './text-objects.ts';

/** Slack shows at most so many options in one menu. */
export const MOST_OPTIONS = 100;

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** A menu of a modal from which one thing is picked. */
export function selectInput(input: {
  readonly block: string;
  readonly label: string;
  readonly placeholder: string;
  readonly options: readonly Option[];
  /** The value that is picked when it opens, or null. */
  readonly picked: string | null;
  readonly hint?: string;
}): types.InputBlock {
  const options = input.options.slice(0, MOST_OPTIONS).map(optionOf);
  const picked = options.find(({ value }) => value === input.picked);
  return {
    type: 'input',
    block_id: input.block,
    label: plain(input.label, 100),
    ...(input.hint === undefined ? {} : { hint: plain(input.hint, 300) }),
    element: {
      type: 'static_select',
      action_id: input.block,
      placeholder: plain(input.placeholder, 100),
      options,
      ...(picked === undefined ? {} : { initial_option: picked }),
    },
  };
}

function optionOf({ value, label }: Option): types.PlainTextOption {
  return { value, text: plain(label, 75) };
}
