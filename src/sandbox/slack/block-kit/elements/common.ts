import { z } from 'zod';
import { confirm } from '../composition.ts';
import { LIMITS } from '../limits.ts';
import { plainText, shortString } from '../text.ts';

/** The member that names an element in what it sends. */
export const actionable = { action_id: shortString(LIMITS.actionId).optional() };

/** The members of elements that may ask before they act. */
export const confirmable = { ...actionable, confirm: confirm.optional() };

/** The members of elements that may have the focus of a fresh view. */
export const focusable = { focus_on_load: z.boolean().optional() };

/** The members of elements with a text while nothing is chosen. */
export const placeholdable = { placeholder: plainText(LIMITS.placeholder).optional() };
