import { h } from './dom.js';

/** @type {{ close: () => void } | null} */
let open = null;

/** Closes the popover that is open, if any. */
export function closePopover() {
  open?.close();
}

/**
 * Opens a small panel at an element. It closes by Escape, by a click elsewhere and by Tab leaving it, and
 * gives the focus back. The anchor is looked up anew each time, because a live update may replace it.
 *
 * @param {() => Element | null} anchor
 * @param {HTMLElement} content
 * @param {{ onclose?: () => void, above?: boolean, focus?: HTMLElement, keepFocus?: boolean }} [options]
 * @returns {{ close: () => void, place: () => void }}
 */
export function openPopover(anchor, content, options = {}) {
  closePopover();
  const box = h('div', { class: 'popover' }, content);
  const place = () => placeAt(box, anchor(), options.above === true);
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor()?.contains(event.target)) handle.close();
  };
  const keys = (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    handle.close();
  };
  const handle = {
    place,
    close() {
      if (open !== handle) return;
      open = null;
      const inside = box.contains(document.activeElement);
      box.remove();
      removeEventListener('pointerdown', outside, true);
      removeEventListener('keydown', keys, true);
      removeEventListener('resize', place);
      removeEventListener('scroll', place, true);
      options.onclose?.();
      const target = anchor();
      if (inside && target instanceof HTMLElement) target.focus({ preventScroll: true });
    },
  };
  (anchor()?.closest('dialog') ?? document.body).append(box);
  open = handle;
  place();
  addEventListener('pointerdown', outside, true);
  addEventListener('keydown', keys, true);
  addEventListener('resize', place);
  addEventListener('scroll', place, true);
  if (options.keepFocus !== true) (options.focus ?? content).focus({ preventScroll: true });
  return handle;
}

/** @param {HTMLElement} box @param {Element | null} anchor @param {boolean} above */
function placeAt(box, anchor, above) {
  if (anchor === null) return;
  const from = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(8, Math.min(from.left, innerWidth - width - 8));
  const below = from.bottom + 4;
  const fits = below + height <= innerHeight - 8;
  const top = above || !fits ? Math.max(8, from.top - height - 4) : below;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

/**
 * Opens a menu of plain choices.
 *
 * @param {() => Element | null} anchor
 * @param {string} label
 * @param {{ label: string | Node, danger?: boolean, checked?: boolean, choose: () => void, props?: object }[]} choices
 * @param {{ above?: boolean }} [options]
 */
export function openMenu(anchor, label, choices, options = {}) {
  const items = choices.map((choice) =>
    h(
      'button',
      {
        type: 'button',
        role: choice.checked === undefined ? 'menuitem' : 'menuitemradio',
        'aria-checked': choice.checked,
        class: `menu-item${choice.danger ? ' danger' : ''}`,
        onclick: () => {
          closePopover();
          choice.choose();
        },
        ...choice.props,
      },
      choice.label,
    ),
  );
  const menu = h(
    'div',
    { role: 'menu', 'aria-label': label, class: 'menu', onkeydown: (event) => moveFocus(event, items) },
    items,
  );
  openPopover(anchor, menu, {
    ...options,
    focus: items.find((item) => item.ariaChecked === 'true') ?? items[0],
  });
}

/** Arrow keys, Home and End walk through the items. @param {KeyboardEvent} event @param {HTMLElement[]} items */
function moveFocus(event, items) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[to % items.length]?.focus();
}
