import { post } from './api.js';
import { clickState, initialValues } from './element-state.js';
import { changed, store } from './store.js';

/** @typedef {import('./element-state.js').Surface} Surface */
/** @typedef {{ values: Record<string, Record<string, any>>, clicks: Map<string, import('./element-state.js').ClickState>, errors: Record<string, string> }} Form */

/** @type {Map<string, Form>} What a person entered, by view; it outlives updates of the view. */
const forms = new Map();

/** @param {any} view @returns {Form} */
export function formOf(view) {
  const form = forms.get(view.id) ?? { values: {}, clicks: new Map(), errors: {} };
  forms.set(view.id, form);
  return form;
}

/** Forgets what was entered in a view that is closed. @param {string} id */
export const forget = (id) => forms.delete(id);

/** `state.values` as a submission sends it: initial values below what the person entered, for the blocks of now. @param {any} view */
export function enteredValues(view) {
  const values = initialValues(view);
  const { values: entered } = formOf(view);
  for (const [block, actions] of Object.entries(values)) {
    for (const action of Object.keys(actions))
      actions[action] = entered[block]?.[action] ?? view.state?.values?.[block]?.[action] ?? actions[action];
  }
  return values;
}

/** Lets the elements of a modal or of the App Home act. @param {any} view @param {'modal' | 'home'} kind @param {() => ParentNode | null} root @returns {Surface} */
export function viewSurface(view, kind, root) {
  const form = formOf(view);
  return {
    surface: kind,
    root,
    error: (block) => form.errors[block],
    value: (block, action) => form.values[block]?.[action] ?? view.state?.values?.[block]?.[action],
    waits: (block, action) => form.clicks.get(`${block} ${action}`)?.waits === true,
    problem: (block, action) => form.clicks.get(`${block} ${action}`)?.problem,
    options: (block, element, query) =>
      post('options', {
        user: store.user,
        view_id: view.id,
        block_id: block.block_id,
        action_id: element.action_id,
        value: query,
      }),
    act: (block, element, value) => act(view, block, element, value),
  };
}

/** @param {any} view @param {any} block @param {any} element @param {any} value */
async function act(view, block, element, value) {
  const form = formOf(view);
  const id = block.block_id ?? '';
  if (!['button', 'overflow'].includes(element.type)) {
    form.values[id] = { ...form.values[id], [element.action_id]: value };
    delete form.errors[id];
  }
  const tells = block.type !== 'input' || (block.dispatch_action === true && !element.typing);
  if (!tells) return changed();
  const key = `${id} ${element.action_id}`;
  form.clicks.set(key, { waits: true });
  changed();
  const { type: _, ...selection } = value;
  const state = { values: enteredValues(view) };
  const answer = await post('view-action', {
    user: store.user,
    view_id: view.id,
    block_id: block.block_id,
    action_id: element.action_id,
    ...selection,
    state,
  });
  form.clicks.set(key, clickState(answer, store.state.bot.name));
  changed();
}
