/**
 * The value of an interactive element as Slack puts it into `state.values`.
 *
 * @typedef {{ type?: string } & Record<string, any>} StateValue
 *
 * What a surface (message, modal, home) gives the renderer.
 * @typedef {{
 *   surface: 'message' | 'modal' | 'home',
 *   value: (blockId: string, actionId: string) => StateValue | undefined,
 *   waits: (blockId: string, actionId: string) => boolean,
 *   problem: (blockId: string, actionId: string) => string | undefined,
 *   act: (block: any, element: any, value: StateValue) => void,
 *   options: (block: any, element: any, query: string) => Promise<any>,
 *   error: (blockId: string) => string | undefined,
 *   root: () => ParentNode | null,
 * }} Surface
 */

/**
 * What a click waits for or came to.
 * @typedef {{ waits: boolean, problem?: string }} ClickState
 */

/** What the server's answer to a click means. @param {any} answer @param {string} app The app's name. @returns {ClickState} */
export function clickState(answer, app) {
  if (answer.verdict === 'acked') return { waits: false };
  if (answer.error !== undefined) return { waits: false, problem: answer.error };
  if (answer.status !== undefined) {
    return { waits: false, problem: `${app}: this app responded with status code ${answer.status}.` };
  }
  return { waits: false, problem: `${app}: this app did not respond.` };
}

/** The field of the state value that holds the selection, by element type. @type {Record<string, string>} */
const FIELDS = {
  button: 'value',
  checkboxes: 'selected_options',
  radio_buttons: 'selected_option',
  overflow: 'selected_option',
  static_select: 'selected_option',
  external_select: 'selected_option',
  multi_static_select: 'selected_options',
  multi_external_select: 'selected_options',
  users_select: 'selected_user',
  multi_users_select: 'selected_users',
  channels_select: 'selected_channel',
  multi_channels_select: 'selected_channels',
  conversations_select: 'selected_conversation',
  multi_conversations_select: 'selected_conversations',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
  datetimepicker: 'selected_date_time',
};

/** @param {any} element */
const fieldOf = (element) => FIELDS[element.type] ?? 'value';

/** The value that an element has before anybody touches it. @param {any} element @returns {any} */
function initial(element) {
  const { type } = element;
  if (type.startsWith('multi_') || type === 'checkboxes') {
    return (
      element.initial_options ??
      element.initial_users ??
      element.initial_channels ??
      element.initial_conversations ??
      []
    );
  }
  return (
    element.initial_option ??
    element.initial_date ??
    element.initial_time ??
    element.initial_date_time ??
    element.initial_user ??
    element.initial_channel ??
    element.initial_conversation ??
    element.initial_value ??
    null
  );
}

/** What an element shows now: the person's selection, else its initial one. @param {any} block @param {any} element @param {Surface} surface */
export function current(block, element, surface) {
  const state = surface.value(block.block_id ?? '', element.action_id);
  const field = fieldOf(element);
  return state !== undefined && field in state ? state[field] : initial(element);
}

/** The state value of an element for a new selection. @param {any} element @param {any} value @returns {StateValue} */
export const stateValue = (element, value) => ({ type: element.type, [fieldOf(element)]: value });

/** `state.values` of a view as it is before anybody touches it. @param {any} view */
export function initialValues(view) {
  const values = {};
  for (const block of view.blocks ?? []) {
    for (const element of [
      block.element,
      block.accessory,
      ...(block.type === 'actions' ? block.elements : []),
    ]) {
      if (element?.action_id === undefined || ['button', 'overflow', 'image'].includes(element.type))
        continue;
      values[block.block_id] = {
        ...values[block.block_id],
        [element.action_id]: stateValue(element, initial(element)),
      };
    }
  }
  return values;
}
