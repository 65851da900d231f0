import { z } from 'zod';
import { colorScheme } from '../composition.ts';
import { LIMITS } from '../limits.ts';
import { link, plainText, shortString } from '../text.ts';
import { actionable, confirmable } from './common.ts';

const label = shortString(LIMITS.accessibilityLabel).optional();

/** A button, which sends its value or opens a link. */
export const button = z.strictObject({
  type: z.literal('button'),
  ...confirmable,
  text: plainText(LIMITS.buttonText),
  value: shortString(LIMITS.buttonValue).optional(),
  url: link(LIMITS.buttonUrl).optional(),
  style: colorScheme.optional(),
  accessibility_label: label,
});

/** A button that starts a workflow. */
export const workflowButton = z.strictObject({
  type: z.literal('workflow_button'),
  ...actionable,
  text: plainText(LIMITS.buttonText),
  workflow: z.strictObject({
    trigger: z.strictObject({
      url: link(LIMITS.buttonUrl),
      customizable_input_parameters: z
        .array(z.strictObject({ name: z.string(), value: z.string() }))
        .optional(),
    }),
  }),
  style: colorScheme.optional(),
  accessibility_label: label,
});

/** A button shown as an icon, only in context_actions. */
export const iconButton = z.strictObject({
  type: z.literal('icon_button'),
  ...confirmable,
  icon: z.literal('trash'),
  text: plainText(LIMITS.buttonText),
  value: shortString(LIMITS.buttonValue).optional(),
  visible_to_user_ids: z.array(z.string()).optional(),
  accessibility_label: label,
});

const feedbackButton = z.strictObject({
  text: plainText(LIMITS.buttonText),
  value: shortString(LIMITS.buttonValue),
  accessibility_label: label,
});

/** The pair of thumbs, only in context_actions. */
export const feedbackButtons = z.strictObject({
  type: z.literal('feedback_buttons'),
  ...actionable,
  positive_button: feedbackButton,
  negative_button: feedbackButton,
});
