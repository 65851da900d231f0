import { z } from 'zod';
import { overflowOption, richOption } from '../composition.ts';
import { LIMITS } from '../limits.ts';
import { confirmable, focusable } from './common.ts';

const options = z.array(richOption).min(1).max(LIMITS.choiceOptions);

/** A group of checkboxes. */
export const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...confirmable,
  ...focusable,
  options,
  initial_options: options.optional(),
});

/** A group of radio buttons. */
export const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...confirmable,
  ...focusable,
  options,
  initial_option: richOption.optional(),
});

/** The menu behind three dots. */
export const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...confirmable,
  options: z.array(overflowOption).min(1).max(LIMITS.overflowOptions),
});
