import { append, h, link } from './dom.js';
import { broadcast, channelMention, dateText, emojiNode, preformatted, userMention } from './mrkdwn.js';

/** Renders a `rich_text` block. Its texts are never parsed. @param {any} block */
export function richText(block) {
  return h('div', { class: 'rich-text' }, (block.elements ?? []).map(part));
}

/** @param {any} element */
function part(element) {
  const children = element.elements ?? [];
  switch (element.type) {
    case 'rich_text_section':
      return h('div', { class: 'rich-section' }, children.map(leaf));
    case 'rich_text_preformatted':
      return h('pre', { class: 'pre', tabindex: '0' }, children.map(leaf));
    case 'rich_text_quote':
      return h('blockquote', {}, children.map(leaf));
    case 'rich_text_list':
      return list(element);
    default:
      return preformatted(JSON.stringify(element));
  }
}

/** @param {any} element */
function list(element) {
  const indent = Math.min(element.indent ?? 0, 8);
  const ordered = element.style === 'ordered';
  const start = ordered && element.offset > 0 ? { start: element.offset + 1 } : {};
  return h(
    ordered ? 'ol' : 'ul',
    { class: `rich-list indent-${indent} level-${indent % 3}`, ...start },
    (element.elements ?? []).map((item) =>
      h('li', {}, item.type === 'rich_text_section' ? item.elements.map(leaf) : part(item)),
    ),
  );
}

/** @param {any} element @returns {Node} */
function leaf(element) {
  return styled(bare(element), element.style);
}

/** @param {any} element @returns {Node} */
function bare(element) {
  switch (element.type) {
    case 'text':
      return document.createTextNode(element.text);
    case 'link':
      return link(element.url, element.text ?? element.url);
    case 'user':
      return userMention(element.user_id);
    case 'usergroup':
      return broadcast(element.usergroup_id);
    case 'channel':
      return channelMention(element.channel_id);
    case 'broadcast':
      return broadcast(element.range);
    case 'emoji':
      return emojiNode(element.name) ?? document.createTextNode(`:${element.name}:`);
    case 'date':
      return dateText(element.timestamp, element.format, element.url, element.fallback);
    case 'color':
      return document.createTextNode(element.value);
    default:
      return document.createTextNode(JSON.stringify(element));
  }
}

/** @param {Node} node @param {Record<string, boolean> | undefined} style */
function styled(node, style) {
  let result = node;
  for (const [name, tag] of [
    ['bold', 'strong'],
    ['italic', 'em'],
    ['strike', 's'],
    ['underline', 'u'],
    ['code', 'code'],
  ]) {
    if (style?.[name] !== true) continue;
    const outer = h(tag);
    append(outer, [result]);
    result = outer;
  }
  return result;
}
