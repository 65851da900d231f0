import { placedElements } from '../block-kit/walk.ts';
import { isJsonObject, type JsonObject, objectsOf, stringOf } from '../json.ts';
import type { StateValues } from '../workspace/model.ts';

/** For each kind of element with a value: the member of its state, and the member that it starts from. */
const VALUE_MEMBERS: Readonly<Record<string, readonly [string, string]>> = {
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  users_select: ['selected_user', 'initial_user'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  channels_select: ['selected_channel', 'initial_channel'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  multi_users_select: ['selected_users', 'initial_users'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  checkboxes: ['selected_options', 'initial_options'],
  radio_buttons: ['selected_option', 'initial_option'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  plain_text_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  file_input: ['files', 'initial_files'],
};

/** The member of an element's state that holds its value; undefined for buttons and menus that only act. */
export function valueMember(type: unknown): string | undefined {
  return VALUE_MEMBERS[stringOf(type) ?? '']?.[0];
}

function initialState(element: JsonObject, members: readonly [string, string]): JsonObject {
  const [member, initial] = members;
  const isList = member.endsWith('s') && member !== 'files';
  return { type: element.type, [member]: element[initial] ?? (isList ? [] : null) };
}

/** What `state.values` holds for these blocks: what was chosen, else what the element started with. */
export function stateValues(blocks: readonly JsonObject[], chosen: StateValues): StateValues {
  const values: StateValues = {};
  for (const { block, element } of placedElements(blocks)) {
    const members = VALUE_MEMBERS[stringOf(element.type) ?? ''];
    const blockId = stringOf(block.block_id);
    const actionId = stringOf(element.action_id);
    if (members === undefined || blockId === undefined || actionId === undefined) continue;
    const given = chosen[blockId]?.[actionId];
    const state = given === undefined ? initialState(element, members) : { type: element.type, ...given };
    values[blockId] = { ...values[blockId], [actionId]: state };
  }
  return values;
}

/** The options that an element shows, of all its groups. */
function optionsOf(element: JsonObject): JsonObject[] {
  const groups = objectsOf(element.option_groups).flatMap((group) => objectsOf(group.options));
  return [...objectsOf(element.options), ...groups];
}

const FIXED_OPTIONS = new Set([
  'static_select',
  'multi_static_select',
  'checkboxes',
  'radio_buttons',
  'overflow',
]);

/** The full option of the element that has the same value as the one named; undefined when there is none. */
function shownOption(element: JsonObject, named: unknown): JsonObject | undefined {
  const value = isJsonObject(named) ? named.value : undefined;
  return optionsOf(element).find((option) => option.value === value);
}

/**
 * Puts the element's own options in the place of those that a client names, which need only have their value.
 * Returns undefined when the element does not show a named option.
 */
export function resolveOptions(element: JsonObject, given: JsonObject): JsonObject | undefined {
  if (!FIXED_OPTIONS.has(stringOf(element.type) ?? '')) return given;
  const resolved = { ...given };
  if (isJsonObject(given.selected_option)) {
    resolved.selected_option = shownOption(element, given.selected_option);
    if (resolved.selected_option === undefined) return undefined;
  }
  if (Array.isArray(given.selected_options)) {
    const options = objectsOf(given.selected_options).map((named) => shownOption(element, named));
    if (options.includes(undefined)) return undefined;
    resolved.selected_options = options;
  }
  return resolved;
}
