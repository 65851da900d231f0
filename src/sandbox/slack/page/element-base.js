import { askConfirmation } from './dialog.js';
import { stateValue } from './element-state.js';

/** @typedef {import('./element-state.js').Surface} Surface */

/** The attributes by which a test or a person's tool finds a control. @param {any} block @param {any} element */
export const ids = (block, element) => ({
  'data-action-id': element.action_id,
  'data-block-id': block.block_id ?? '',
});

/**
 * The control of an element on the page now; a live update may have replaced the one that was clicked.
 *
 * @param {any} block @param {any} element @param {Surface} surface
 * @returns {Element | null}
 */
export function nodeNow(block, element, surface) {
  const { 'data-action-id': action, 'data-block-id': id } = ids(block, element);
  const path = `[data-action-id="${CSS.escape(action)}"][data-block-id="${CSS.escape(id)}"]`;
  return surface.root()?.querySelector(path) ?? null;
}

/**
 * Passes a selection on, after the confirmation that the element asks for. Resolves to whether it was.
 *
 * @param {any} block @param {any} element @param {Surface} surface @param {any} value
 * @returns {Promise<boolean>}
 */
export async function choose(block, element, surface, value) {
  if (element.confirm !== undefined && !(await askConfirmation(element.confirm))) return false;
  surface.act(block, element, stateValue(element, value));
  return true;
}
