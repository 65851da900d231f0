import { post } from './api.js';
import { avatar } from './avatar.js';
import { blockItems } from './blocks.js';
import { openDialog } from './dialog.js';
import { h, patchList } from './dom.js';
import { icon } from './icons.js';
import { plain } from './mrkdwn.js';
import { changed, store } from './store.js';
import { enteredValues, forget, formOf, viewSurface } from './view-surface.js';

/** @type {any[]} The views that the acting person has open, the top one last. */
let stack = [];
/** @type {{ id: string, dialog: { node: HTMLDialogElement, close: () => void }, body: HTMLElement, sending: boolean } | null} */
let shown = null;

/** Takes over the acting person's stack of views. @param {any[]} views */
export function setStack(views) {
  const left = new Set(views.map((view) => view.id));
  for (const view of stack) if (!left.has(view.id)) forget(view.id);
  stack = views;
  drawModal();
}

/** Draws the top view; called after every change. */
export function drawModal() {
  const view = stack.at(-1);
  if (shown !== null && (view === undefined || sign(view) !== shown.id)) {
    shown.dialog.close();
    shown = null;
  }
  if (view === undefined) return;
  if (shown === null) shown = open(view);
  const { body } = shown;
  patchList(
    body,
    blockItems(
      view.blocks ?? [],
      viewSurface(view, 'modal', () => body),
    ),
  );
}

/** What makes a dialog another one: its view and its frame. @param {any} view */
const sign = (view) => JSON.stringify([view.id, view.title, view.submit, view.close, stack.length]);

/** @param {any} view */
function open(view) {
  const body = h('div', { class: 'view-blocks' });
  const problem = h('div', { class: 'view-problem', role: 'alert' });
  const submit =
    view.submit &&
    h('button', { type: 'submit', class: 'button big primary', 'data-view': 'submit' }, plain(view.submit));
  const close = h(
    'button',
    { type: 'button', class: 'button big', 'data-view': 'close', onclick: () => leave(view) },
    plain(view.close) || (view.submit ? 'Cancel' : 'Close'),
  );
  const form = h(
    'form',
    {
      novalidate: true,
      class: 'view-form',
      id: `form-${view.id}`,
      onsubmit: (event) => send(event, problem),
    },
    body,
    problem,
  );
  submit?.setAttribute('form', form.id);
  const corner =
    stack.length > 1
      ? h(
          'button',
          { type: 'button', class: 'icon-button', 'aria-label': 'Back', onclick: () => leave(view) },
          icon('back'),
        )
      : avatar(store.state.bot.userId, 'small');
  const dialog = openDialog({
    title: plain(view.title),
    body: form,
    footer: [close, submit],
    class: 'view',
    corner,
    onclose: () => leave(view),
  });
  dialog.node.dataset.viewId = view.id;
  dialog.node.dataset.callbackId = view.callback_id ?? '';
  return { id: sign(view), dialog, body };
}

/** @param {any} view */
async function leave(view) {
  const answer = await post('view-close', { user: store.user, view_id: view.id });
  if (answer.error !== undefined) setStack(stack.filter((each) => each.id !== view.id));
}

/** The inputs that must be filled and are not. @param {any} view @param {any} values */
function missing(view, values) {
  const errors = {};
  for (const block of view.blocks ?? []) {
    if (block.type !== 'input' || block.optional === true) continue;
    const { type: _, ...value } = values[block.block_id]?.[block.element.action_id] ?? {};
    const [entered] = Object.values(value);
    const empty =
      entered === null ||
      entered === undefined ||
      entered === '' ||
      (Array.isArray(entered) && entered.length === 0);
    if (empty) errors[block.block_id] = 'Please complete this required field.';
  }
  return errors;
}

/** @param {Event} event @param {HTMLElement} problem */
async function send(event, problem) {
  event.preventDefault();
  const view = stack.at(-1);
  if (view === undefined) return;
  const form = formOf(view);
  const values = enteredValues(view);
  problem.textContent = '';
  form.errors = missing(view, values);
  if (Object.keys(form.errors).length > 0) return showErrors();
  const { node } = shown.dialog;
  node.classList.add('sending');
  const answer = await post('view-submit', { user: store.user, view_id: view.id, state: { values } });
  node.classList.remove('sending');
  if (answer.errors !== undefined && answer.errors !== null) {
    form.errors = answer.errors;
    return showErrors();
  }
  if (!answer.ok) problem.textContent = answer.error ?? 'We had some trouble connecting. Try again?';
}

/** Draws the errors and takes the person to the first. */
function showErrors() {
  changed();
  const first = shown?.body.querySelector('.has-error [data-action-id]');
  if (first instanceof HTMLElement) first.focus();
}
