import { z } from 'zod';
import { button, feedbackButtons, iconButton, workflowButton } from '../elements/buttons.ts';
import { checkboxes, overflow, radioButtons } from '../elements/choices.ts';
import { imageElement } from '../elements/image.ts';
import { fileInput, textInputs } from '../elements/inputs.ts';
import { datepicker, datetimepicker, timepicker } from '../elements/pickers.ts';
import { multiSelects, selects } from '../elements/selects.ts';
import { LIMITS } from '../limits.ts';
import { plainText, textObject } from '../text.ts';
import { blockBase } from './basic.ts';

const choosers = [checkboxes, radioButtons, datepicker, timepicker, ...selects, ...multiSelects] as const;

/** Text with fields and one element beside it. */
export const section = z
  .strictObject({
    type: z.literal('section'),
    ...blockBase,
    text: textObject(LIMITS.sectionText).optional(),
    fields: z.array(textObject(LIMITS.sectionField)).min(1).max(LIMITS.sectionFields).optional(),
    accessory: z
      .discriminatedUnion('type', [button, workflowButton, overflow, imageElement, ...choosers])
      .optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    message: 'must provide at least one of text or fields',
  });

/** A row of elements. */
export const actions = z.strictObject({
  type: z.literal('actions'),
  ...blockBase,
  elements: z
    .array(z.discriminatedUnion('type', [button, workflowButton, overflow, datetimepicker, ...choosers]))
    .min(1)
    .max(LIMITS.actionsElements),
});

/** Feedback and icon buttons below a message. */
export const contextActions = z.strictObject({
  type: z.literal('context_actions'),
  ...blockBase,
  elements: z
    .array(z.discriminatedUnion('type', [feedbackButtons, iconButton]))
    .min(1)
    .max(LIMITS.contextActionsElements),
});

const inputBase = {
  type: z.literal('input'),
  ...blockBase,
  label: plainText(LIMITS.inputLabel),
  hint: plainText(LIMITS.inputHint).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
};

/** A labelled field, as it may stand in messages and the Home tab. */
export const input = z.strictObject({
  ...inputBase,
  element: z.discriminatedUnion('type', [...textInputs, datetimepicker, ...choosers]),
});

/** A labelled field of a modal, where files may be asked for as well. */
export const modalInput = z.strictObject({
  ...inputBase,
  element: z.discriminatedUnion('type', [...textInputs, fileInput, datetimepicker, ...choosers]),
});
