import { h } from './dom.js';
import { icon } from './icons.js';
import { plain, textObject } from './mrkdwn.js';
import { closePopover } from './popover.js';

let count = 0;

/**
 * Opens a modal dialog. The browser's own `dialog` keeps the focus inside and makes the rest inert.
 *
 * @param {{ title: string, body: Node, footer: Node[], class?: string, onclose: () => void, role?: string, corner?: Node }} spec
 *   `onclose` runs when the person dismisses it by Escape or the cross.
 * @returns {{ node: HTMLDialogElement, close: () => void }}
 */
export function openDialog(spec) {
  closePopover();
  count += 1;
  const before = document.activeElement;
  const dismiss = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => spec.onclose() },
    icon('close'),
  );
  const node = h(
    'dialog',
    { class: `dialog ${spec.class ?? ''}`, 'aria-labelledby': `dialog-${count}`, role: spec.role },
    h(
      'header',
      { class: 'dialog-head' },
      spec.corner,
      h('h2', { id: `dialog-${count}` }, spec.title),
      dismiss,
    ),
    h('div', { class: 'dialog-body' }, spec.body),
    spec.footer.length > 0 && h('footer', { class: 'dialog-foot' }, spec.footer),
  );
  node.addEventListener('cancel', (event) => {
    event.preventDefault();
    spec.onclose();
  });
  document.body.append(node);
  node.showModal();
  return {
    node,
    close() {
      closePopover();
      node.close();
      node.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    },
  };
}

/**
 * Asks for a confirmation as the `confirm` object of an element says. Enter on the focused button confirms,
 * Escape denies.
 *
 * @param {any} confirm
 * @returns {Promise<boolean>}
 */
export function askConfirmation(confirm) {
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.close();
      resolve(yes);
    };
    const style = confirm.style === 'danger' ? 'danger' : 'primary';
    const yes = h(
      'button',
      {
        type: 'button',
        class: `button big ${style}`,
        'data-confirm': 'confirm',
        onclick: () => answer(true),
      },
      plain(confirm.confirm) || 'Yes',
    );
    const no = h(
      'button',
      { type: 'button', class: 'button big', 'data-confirm': 'deny', onclick: () => answer(false) },
      plain(confirm.deny) || 'Cancel',
    );
    const dialog = openDialog({
      title: plain(confirm.title) || 'Are you sure?',
      body: h('div', { class: 'confirm-text' }, textObject(confirm.text)),
      footer: [no, yes],
      class: 'confirm',
      role: 'alertdialog',
      onclose: () => answer(false),
    });
    yes.focus();
  });
}
