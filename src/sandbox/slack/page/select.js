import { selection } from './choices.js';
import { h } from './dom.js';
import { ids } from './element-base.js';
import { icon } from './icons.js';
import { plain } from './mrkdwn.js';
import { OptionList } from './option-list.js';

/** @typedef {import('./element-state.js').Surface} Surface */

/**
 * Every select menu, single or multiple, with its options from the block, the app or the workspace. A
 * multiple choice is sent when its menu closes, as Slack does.
 *
 * @param {any} block
 * @param {any} element
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function select(block, element, surface) {
  const chosen = selection(block, element, surface);
  const many = element.type.startsWith('multi_');
  const open = () => new OptionList(block, element, surface).open();
  const keys = (event) => {
    if (!['ArrowDown', 'ArrowUp'].includes(event.key)) return;
    event.preventDefault();
    open();
  };
  const placeholder = plain(element.placeholder) || (many ? 'Select options' : 'Select an option');
  const label =
    chosen.length === 0
      ? h('span', { class: 'select-empty' }, placeholder)
      : chosen.map((choice) => h('span', { class: many ? 'chip' : 'select-value' }, choice.label));
  const node = h(
    'button',
    {
      type: 'button',
      class: `button select${many ? ' many' : ''}`,
      role: 'combobox',
      'aria-haspopup': 'listbox',
      'aria-expanded': 'false',
      'aria-label': [plain(block.label) || placeholder, ...chosen.map((choice) => choice.label)].join(', '),
      ...ids(block, element),
      onclick: open,
      onkeydown: keys,
    },
    h('span', { class: 'select-label' }, label),
    icon('caret'),
  );
  return node;
}
