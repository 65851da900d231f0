import { h, safeUrl } from './dom.js';
import { choose, ids, nodeNow } from './element-base.js';
import { current, stateValue } from './element-state.js';
import { icon } from './icons.js';
import { plain, textObject } from './mrkdwn.js';
import { openMenu } from './popover.js';
import { select } from './select.js';

/** @typedef {import('./element-state.js').Surface} Surface */

/**
 * Renders one interactive element. Every control carries `data-action-id` and `data-block-id`.
 *
 * @param {any} block
 * @param {any} element
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function interactive(block, element, surface) {
  const make = MAKERS[element?.type] ?? (element?.type?.includes('select') ? select : unknown);
  const node = make(block, element, surface);
  if (!surface.waits(block.block_id ?? '', element.action_id)) return node;
  node.classList.add('busy');
  node.setAttribute('aria-busy', 'true');
  return h(
    'span',
    { class: 'busy-box' },
    node,
    h('span', { class: 'spinner', role: 'status', 'aria-label': 'Waiting for the app' }),
  );
}

/** @type {Record<string, (block: any, element: any, surface: Surface) => HTMLElement>} */
const MAKERS = {
  button,
  overflow,
  checkboxes: choices,
  radio_buttons: choices,
  datepicker: (...args) => picker('date', ...args),
  timepicker: (...args) => picker('time', ...args),
  datetimepicker: (...args) => picker('datetime-local', ...args),
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
};

/** @param {any} block @param {any} element @param {Surface} surface */
function button(block, element, surface) {
  const label = plain(element.text);
  const style = element.style ?? '';
  const click = () => choose(block, element, surface, element.value ?? null);
  const shared = {
    class: `button ${style}`,
    ...ids(block, element),
    'aria-label': element.accessibility_label,
  };
  const href = element.url === undefined ? null : safeUrl(element.url);
  if (href === null) return h('button', { type: 'button', ...shared, onclick: click }, label);
  return h(
    'a',
    { ...shared, href, target: '_blank', rel: 'noopener noreferrer', role: 'button', onclick: click },
    label,
  );
}

/** @param {any} block @param {any} element @param {Surface} surface */
function overflow(block, element, surface) {
  const open = () =>
    openMenu(
      () => nodeNow(block, element, surface),
      'More options',
      element.options.map((option) => ({
        label: plain(option.text),
        props: { 'data-value': option.value },
        choose: () => {
          const href = option.url === undefined ? null : safeUrl(option.url);
          if (href !== null) window.open(href, '_blank', 'noopener');
          void choose(block, element, surface, option);
        },
      })),
    );
  const node = h(
    'button',
    {
      type: 'button',
      class: 'button overflow',
      'aria-haspopup': 'menu',
      'aria-label': 'More options',
      ...ids(block, element),
      onclick: open,
    },
    icon('more'),
  );
  return node;
}

let groups = 0;

/** Checkboxes and radio buttons. @param {any} block @param {any} element @param {Surface} surface */
function choices(block, element, surface) {
  const many = element.type === 'checkboxes';
  const now = current(block, element, surface);
  const selected = (many ? (now ?? []) : [now]).map((option) => option?.value);
  groups += 1;
  const name = `choices-${groups}`;
  const inputs = element.options.map((option) =>
    h('input', {
      type: many ? 'checkbox' : 'radio',
      name,
      value: option.value,
      checked: selected.includes(option.value),
    }),
  );
  const change = async () => {
    const options = element.options.filter((_, index) => inputs[index].checked);
    if (await choose(block, element, surface, many ? options : (options[0] ?? null))) return;
    for (const box of inputs) box.checked = selected.includes(box.value);
  };
  for (const box of inputs) box.addEventListener('change', change);
  return h(
    'div',
    { class: 'choices', role: many ? 'group' : 'radiogroup', ...ids(block, element) },
    element.options.map((option, index) =>
      h(
        'label',
        { class: 'choice' },
        inputs[index],
        h(
          'span',
          { class: 'choice-text' },
          textObject(option.text),
          option.description && h('span', { class: 'choice-note' }, textObject(option.description)),
        ),
      ),
    ),
  );
}

/** @param {string} type @param {any} block @param {any} element @param {Surface} surface */
function picker(type, block, element, surface) {
  const now = current(block, element, surface);
  const epoch = type === 'datetime-local';
  const local = (seconds) =>
    new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000)
      .toISOString()
      .slice(0, 16);
  const change = () => {
    const value =
      node.value === '' ? null : epoch ? Math.round(new Date(node.value).getTime() / 1000) : node.value;
    void choose(block, element, surface, value);
  };
  const node = h('input', {
    type,
    class: 'picker',
    value: now === null ? null : epoch ? local(now) : now,
    'aria-label': plain(element.placeholder) || `Choose a ${type === 'time' ? 'time' : 'date'}`,
    ...ids(block, element),
    onchange: change,
  });
  return node;
}

const INPUT_TYPES = {
  number_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  plain_text_input: 'text',
};

/** @param {any} block @param {any} element @param {Surface} surface */
function textInput(block, element, surface) {
  const changed = () =>
    surface.act(
      block,
      { ...element, typing: true },
      stateValue(element, node.value === '' ? null : node.value),
    );
  const enter = (event) => {
    if (event.key !== 'Enter' || event.isComposing || (element.multiline && !event.metaKey && !event.ctrlKey))
      return;
    if (surface.surface !== 'message' && block.dispatch_action !== true) return;
    event.preventDefault();
    surface.act(block, element, stateValue(element, node.value));
  };
  const node = h(element.multiline ? 'textarea' : 'input', {
    ...(element.multiline ? { rows: '4' } : { type: INPUT_TYPES[element.type] }),
    class: 'text-input',
    maxlength: element.max_length,
    inputmode: element.type === 'number_input' ? (element.is_decimal_allowed ? 'decimal' : 'numeric') : null,
    placeholder: plain(element.placeholder),
    'aria-label': plain(block.label) || plain(element.placeholder) || 'Text',
    autofocus: element.focus_on_load === true,
    ...ids(block, element),
    oninput: changed,
    onkeydown: enter,
  });
  node.value = current(block, element, surface) ?? '';
  return node;
}

/** @param {any} _block @param {any} element */
function unknown(_block, element) {
  return h(
    'span',
    { class: 'unknown-block' },
    `This page does not draw elements of type “${element?.type}”.`,
  );
}
