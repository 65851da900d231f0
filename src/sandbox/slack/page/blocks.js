import { h, safeUrl } from './dom.js';
import { interactive } from './elements.js';
import { icon } from './icons.js';
import { markdown } from './markdown.js';
import { plain, textObject } from './mrkdwn.js';
import { richText } from './rich-text.js';
import { tableBlock } from './table-block.js';

/** @typedef {import('./element-state.js').Surface} Surface */

/**
 * The blocks of a message or view as items for `patchList`: a block is drawn anew only when it, its
 * selection, its error or the state of its last click changed.
 *
 * @param {any[]} blocks
 * @param {Surface} surface
 * @returns {import('./dom.js').Item[]}
 */
export function blockItems(blocks, surface) {
  return blocks.map((block, index) => ({
    key: `${block.block_id ?? ''}#${index}`,
    sign: JSON.stringify([block, ownState(block, surface)]),
    make: () => renderBlock(block, surface),
  }));
}

/** @param {any} block @returns {any[]} */
const interactiveOf = (block) =>
  [block.element, block.accessory, ...(block.type === 'actions' ? (block.elements ?? []) : [])].filter(
    (element) => element?.action_id !== undefined,
  );

/** @param {any} block @param {Surface} surface */
function ownState(block, surface) {
  const id = block.block_id ?? '';
  const typed = surface.surface !== 'message';
  const elements = interactiveOf(block).map(({ action_id: action, type }) => [
    typed && /input|picker/.test(type) ? null : surface.value(id, action),
    surface.waits(id, action),
    surface.problem(id, action),
  ]);
  return [elements, surface.error(id)];
}

/** @param {any} block @param {Surface} surface @returns {HTMLElement} */
function renderBlock(block, surface) {
  const node = h(
    'div',
    { class: `block block-${block.type}`, 'data-block-id': block.block_id },
    content(block, surface),
  );
  const problems = interactiveOf(block).map((element) =>
    surface.problem(block.block_id ?? '', element.action_id),
  );
  for (const problem of new Set(problems)) {
    if (problem === undefined) continue;
    node.append(h('div', { class: 'no-answer', role: 'alert' }, icon('warning'), problem));
  }
  return node;
}

/** @param {any} block @param {Surface} surface */
function content(block, surface) {
  switch (block.type) {
    case 'section':
      return section(block, surface);
    case 'context':
      return h('div', { class: 'context-items' }, (block.elements ?? []).map(contextItem));
    case 'actions':
      return h(
        'div',
        { class: 'action-row' },
        (block.elements ?? []).map((element) => interactive(block, element, surface)),
      );
    case 'divider':
      return h('hr', { class: 'divider' });
    case 'header':
      return h(
        'div',
        { role: 'heading', 'aria-level': block.level ?? 3, class: `header level-h${block.level ?? 2}` },
        plain(block.text),
      );
    case 'image':
      return image(block);
    case 'rich_text':
      return richText(block);
    case 'table':
    case 'data_table':
      return tableBlock(block);
    case 'markdown':
      return markdown(block.text ?? '');
    case 'input':
      return input(block, surface);
    default:
      return h('div', { class: 'unknown-block' }, `This page does not draw blocks of type “${block.type}”.`);
  }
}

/** @param {any} block @param {Surface} surface */
function section(block, surface) {
  const { accessory } = block;
  const side =
    accessory &&
    (accessory.type === 'image'
      ? picture(accessory, 'accessory-image')
      : interactive(block, accessory, surface));
  return h(
    'div',
    { class: 'section' },
    h(
      'div',
      { class: 'section-main' },
      block.text && h('div', { class: 'text' }, textObject(block.text)),
      block.fields &&
        h(
          'div',
          { class: 'fields' },
          block.fields.map((field) => h('div', { class: 'field text' }, textObject(field))),
        ),
    ),
    side && h('div', { class: 'accessory' }, side),
  );
}

/** @param {any} element */
function contextItem(element) {
  if (element.type === 'image') return picture(element, 'context-image');
  return h('span', { class: 'context-text' }, textObject(element));
}

/** @param {any} source */
function imageUrl(source) {
  const { slack_file: file } = source;
  return safeUrl(source.image_url ?? file?.url ?? (file?.id && `/files/${file.id}`));
}

/** @param {any} source @param {string} style */
function picture(source, style) {
  const url = imageUrl(source);
  if (url === null) return h('span', { class: 'context-text' }, source.alt_text ?? '');
  return h('img', { class: style, src: url, alt: source.alt_text ?? '', referrerpolicy: 'no-referrer' });
}

/** @param {any} block */
function image(block) {
  return h(
    'figure',
    { class: 'image' },
    block.title && h('figcaption', {}, plain(block.title)),
    picture(block, 'block-image'),
  );
}

/** @param {any} block @param {Surface} surface */
function input(block, surface) {
  const error = surface.error(block.block_id ?? '');
  const id = `label-${block.block_id}`;
  const optional = block.optional === true && h('span', { class: 'optional' }, ' (optional)');
  return h(
    'div',
    { class: `input${error === undefined ? '' : ' has-error'}`, role: 'group', 'aria-labelledby': id },
    h('div', { class: 'input-label', id }, plain(block.label), optional),
    interactive(block, block.element, surface),
    error !== undefined &&
      h(
        'div',
        { class: 'field-error', role: 'alert', 'data-error-for': block.block_id },
        icon('warning'),
        error,
      ),
    block.hint && h('div', { class: 'hint' }, plain(block.hint)),
  );
}
