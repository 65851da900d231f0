import { z } from 'zod';
import { conversationFilter, optionGroup, plainOption } from '../composition.ts';
import { LIMITS } from '../limits.ts';
import { confirmable, focusable, placeholdable } from './common.ts';

const single = { ...confirmable, ...focusable, ...placeholdable };
const multi = { ...single, max_selected_items: z.int().min(1).optional() };
const respondable = { response_url_enabled: z.boolean().optional() };
const minQuery = { min_query_length: z.int().min(0).optional() };
const conversations = {
  default_to_current_conversation: z.boolean().optional(),
  filter: conversationFilter.optional(),
};
const options = z.array(plainOption).min(1).max(LIMITS.selectOptions).optional();
const groups = z.array(optionGroup).min(1).max(LIMITS.optionGroups).optional();
const ids = z.array(z.string()).optional();
const initialOptions = z.array(plainOption).min(1).max(LIMITS.selectOptions).optional();

const ONE_SOURCE = { message: 'must provide exactly one of options or option_groups' };
function hasOneSource(menu: { options?: unknown; option_groups?: unknown }): boolean {
  return (menu.options === undefined) !== (menu.option_groups === undefined);
}

/** The menus from which one item is chosen. */
export const selects = [
  z
    .strictObject({
      type: z.literal('static_select'),
      ...single,
      options,
      option_groups: groups,
      initial_option: plainOption.optional(),
    })
    .refine(hasOneSource, ONE_SOURCE),
  z.strictObject({
    type: z.literal('external_select'),
    ...single,
    ...minQuery,
    initial_option: plainOption.optional(),
  }),
  z.strictObject({ type: z.literal('users_select'), ...single, initial_user: z.string().optional() }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...single,
    ...respondable,
    ...conversations,
    initial_conversation: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...single,
    ...respondable,
    initial_channel: z.string().optional(),
  }),
] as const;

/** The menus from which several items are chosen. */
export const multiSelects = [
  z
    .strictObject({
      type: z.literal('multi_static_select'),
      ...multi,
      options,
      option_groups: groups,
      initial_options: initialOptions,
    })
    .refine(hasOneSource, ONE_SOURCE),
  z.strictObject({
    type: z.literal('multi_external_select'),
    ...multi,
    ...minQuery,
    initial_options: initialOptions,
  }),
  z.strictObject({ type: z.literal('multi_users_select'), ...multi, initial_users: ids }),
  z.strictObject({
    type: z.literal('multi_conversations_select'),
    ...multi,
    ...conversations,
    initial_conversations: ids,
  }),
  z.strictObject({ type: z.literal('multi_channels_select'), ...multi, initial_channels: ids }),
] as const;
