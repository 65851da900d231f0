/**
 * Builds DOM nodes without ever parsing markup. Texts come from databases and alerts and are hostile, so
 * every string becomes a text node or an attribute value.
 *
 * @typedef {Node | string | number | null | undefined | false | Child[]} Child
 */

/**
 * Creates one element. Keys of `props` that start with `on` are event listeners, `class` and `data-*` and
 * every other key are attributes; `true` sets an empty attribute, `false`, `null` and `undefined` set none.
 *
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/**
 * Appends children in order; lists are flattened, empty values are left out.
 *
 * @param {Node} parent
 * @param {Child[]} children
 */
export function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.appendChild(child);
    else if (child !== null && child !== undefined && child !== false) {
      parent.appendChild(document.createTextNode(String(child)));
    }
  }
}

/**
 * Returns the address when a click on it is harmless (http, https, mailto, or a path of this server), and
 * null for `javascript:`, `data:` and everything else.
 *
 * @param {unknown} url
 * @returns {string | null}
 */
export function safeUrl(url) {
  if (typeof url !== 'string' || url === '') return null;
  try {
    const parsed = new URL(url, location.origin);
    return ['http:', 'https:', 'mailto:'].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/**
 * A link that opens in a new tab, or plain text where the address is not safe.
 *
 * @param {string} url
 * @param {...Child} label
 * @returns {HTMLElement}
 */
export function link(url, ...label) {
  const href = safeUrl(url);
  if (href === null) return h('span', { class: 'dead-link', title: 'This address is not opened' }, ...label);
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...label);
}

/**
 * @typedef {{ key: string, sign: string, make: (old: HTMLElement | undefined) => HTMLElement }} Item
 */

/**
 * Brings the children of a container to the given list. A child whose key and signature are unchanged stays
 * the same node, so what a person typed, focused or scrolled in it survives.
 *
 * @param {HTMLElement} parent
 * @param {Item[]} items
 */
export function patchList(parent, items) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  const wanted = new Set(items.map((item) => item.key));
  for (const node of Array.from(parent.children)) {
    if (wanted.has(node.patchKey)) old.set(node.patchKey, node);
    else node.remove();
  }
  let place = parent.firstChild;
  for (const item of items) {
    const before = old.get(item.key);
    let node = before;
    if (before === undefined || before.patchSign !== item.sign) {
      const refocus = before === undefined ? null : rememberFocus(before);
      node = item.make(before);
      node.patchKey = item.key;
      node.patchSign = item.sign;
      if (before !== undefined) {
        if (place === before) place = before.nextSibling;
        before.replaceWith(node);
        refocus?.(node);
      }
    }
    if (node === place) place = place.nextSibling;
    else if (node.nextSibling !== place || node.parentNode !== parent) parent.insertBefore(node, place);
  }
}

/**
 * Notes what has the focus inside a node that will be replaced; the result puts the focus and the caret on
 * the element with the same ids in the new node.
 *
 * @param {HTMLElement} before
 * @returns {((after: HTMLElement) => void) | null}
 */
function rememberFocus(before) {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !before.contains(active)) return null;
  const path = focusPath(active);
  const caret = caretOf(active);
  if (path === null) return null;
  return (after) => {
    const next = after.querySelector(path);
    if (!(next instanceof HTMLElement)) return;
    next.focus({ preventScroll: true });
    if (caret !== null && 'setSelectionRange' in next) next.setSelectionRange(caret[0], caret[1]);
  };
}

/** @param {HTMLElement} node */
function focusPath(node) {
  const owner = node.closest('[data-action-id]');
  if (owner === null) return node.className === '' ? null : `.${CSS.escape(node.classList[0])}`;
  const { actionId, blockId } = owner.dataset;
  const base = `[data-action-id="${CSS.escape(actionId)}"][data-block-id="${CSS.escape(blockId ?? '')}"]`;
  if (owner === node) return base;
  const value = node.getAttribute('value');
  return value === null ? `${base} ${node.tagName}` : `${base} [value="${CSS.escape(value)}"]`;
}

/** @param {HTMLElement} node */
function caretOf(node) {
  if (!('selectionStart' in node) || node.selectionStart === null) return null;
  return [node.selectionStart, node.selectionEnd];
}
