import { z } from 'zod';
import { dispatchActionConfig } from '../composition.ts';
import { LIMITS } from '../limits.ts';
import { richText } from '../rich-text.ts';
import { actionable, focusable, placeholdable } from './common.ts';

const input = {
  ...actionable,
  ...focusable,
  ...placeholdable,
  dispatch_action_config: dispatchActionConfig.optional(),
};

/** The fields into which text is typed; they stand only in input blocks. */
export const textInputs = [
  z.strictObject({
    type: z.literal('plain_text_input'),
    ...input,
    initial_value: z.string().max(LIMITS.plainTextInput).optional(),
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(LIMITS.plainTextInput).optional(),
    max_length: z.int().min(1).max(LIMITS.plainTextInput).optional(),
  }),
  z.strictObject({ type: z.literal('email_text_input'), ...input, initial_value: z.string().optional() }),
  z.strictObject({ type: z.literal('url_text_input'), ...input, initial_value: z.string().optional() }),
  z.strictObject({
    type: z.literal('number_input'),
    ...input,
    is_decimal_allowed: z.boolean(),
    initial_value: z.string().optional(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('rich_text_input'),
    ...input,
    initial_value: richText.optional(),
    min_lines: z.int().min(1).optional(),
    max_lines: z.int().min(1).optional(),
  }),
] as const;

/** The field into which files are dropped; only in modals. */
export const fileInput = z.strictObject({
  type: z.literal('file_input'),
  ...actionable,
  filetypes: z.array(z.string()).min(1).optional(),
  max_files: z.int().min(1).max(LIMITS.fileInputFiles).optional(),
});
