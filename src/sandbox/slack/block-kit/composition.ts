import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { link, plainText, shortString, textObject } from './text.ts';

/** The colours that buttons and confirmation dialogs may take; leaving the member out is the plain look. */
export const colorScheme = z.enum(['primary', 'danger']);

/** The dialog that asks before an element acts. */
export const confirm = z.strictObject({
  title: plainText(LIMITS.confirmTitle).optional(),
  text: textObject(LIMITS.confirmText),
  confirm: plainText(LIMITS.confirmButton).optional(),
  deny: plainText(LIMITS.confirmButton).optional(),
  style: colorScheme.optional(),
});

/** An option of a select or overflow menu: its text is plain. */
export const plainOption = z.strictObject({
  text: plainText(LIMITS.optionText),
  value: shortString(LIMITS.optionValue),
  description: plainText(LIMITS.optionText).optional(),
});

/** An option of an overflow menu, which may also open a link. */
export const overflowOption = plainOption.extend({ url: link(LIMITS.optionUrl).optional() });

/** An option of checkboxes or radio buttons: its text and description may be mrkdwn. */
export const richOption = z.strictObject({
  text: textObject(LIMITS.optionText),
  value: shortString(LIMITS.optionValue),
  description: textObject(LIMITS.optionText).optional(),
});

/** A titled group of options. */
export const optionGroup = z.strictObject({
  label: plainText(LIMITS.optionGroupLabel),
  options: z.array(plainOption).min(1).max(LIMITS.selectOptions),
});

/** A file that is in Slack already, named by its id or by its URL but not by both. */
export const slackFile = z
  .strictObject({ id: z.string().optional(), url: z.string().optional() })
  .refine((file) => (file.id === undefined) !== (file.url === undefined), {
    message: 'must provide exactly one of id or url',
  });

/** When a text input sends `block_actions`. */
export const dispatchActionConfig = z.strictObject({
  trigger_actions_on: z
    .array(z.enum(['on_enter_pressed', 'on_character_entered']))
    .min(1)
    .max(2),
});

/** Which conversations a conversations select offers. */
export const conversationFilter = z.strictObject({
  include: z
    .array(z.enum(['im', 'mpim', 'private', 'public']))
    .min(1)
    .optional(),
  exclude_external_shared_channels: z.boolean().optional(),
  exclude_bot_users: z.boolean().optional(),
});
