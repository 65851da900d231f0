import { slackDate } from './dates.js';
import { h, link } from './dom.js';
import { emoji, withEmoji } from './emoji.js';
import { channelName, goTo, store, userName } from './store.js';

/** Decodes the three entities of Slack's escaping, and no others. @param {string} text */
const decode = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>' })[name]);

/** @param {string} id */
export function userMention(id) {
  const own = id === store.user ? ' mention-me' : '';
  return h('span', { class: `mention${own}`, 'data-user-id': id }, `@${userName(id)}`);
}

/** @param {string} id @param {string} [label] */
export function channelMention(id, label) {
  const go = () => goTo({ channel: id, thread: null, tab: 'channel' });
  return h(
    'button',
    { type: 'button', class: 'mention mention-channel', onclick: go },
    `#${label || channelName(id)}`,
  );
}

/** @param {string} range `here`, `channel` or `everyone` */
export const broadcast = (range) => h('span', { class: 'mention mention-me' }, `@${range}`);

/** @param {number} seconds @param {string} pattern @param {string} [url] @param {string} [fallback] */
export function dateText(seconds, pattern, url, fallback) {
  if (!Number.isFinite(seconds)) return h('span', {}, fallback ?? '');
  const text = h('time', { datetime: new Date(seconds * 1000).toISOString() }, slackDate(seconds, pattern));
  return url === undefined ? text : link(url, text);
}

/** @param {string} body What stands between `<` and `>`. @returns {Node | null} */
function reference(body) {
  const [target = '', label] = body.split(/\|(.*)/s);
  if (/^@[UWB]\w+$/.test(target)) return userMention(target.slice(1));
  if (/^#C\w+$/.test(target)) return channelMention(target.slice(1), label && decode(label));
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith('!subteam^')) return broadcast(decode(label ?? target.slice(9)).replace(/^@/, ''));
  const date = /^!date\^(-?\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date !== null) return dateText(Number(date[1]), decode(date[2]), date[3], label && decode(label));
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return link(decode(target), decode(label || target));
  return null;
}

const BEFORE = '(?<![\\p{L}\\p{N}])';
const AFTER = '(?![\\p{L}\\p{N}])';
const styled = (mark) => `${BEFORE}${mark}(?=\\S)([^\\n]*?\\S)${mark}${AFTER}`;
const INLINE = new RegExp(
  `\`([^\`\\n]+)\`|<([^<>\\n]+)>|:([a-z0-9_+'-]+(?:::skin-tone-\\d)?):|${styled('\\*')}|${styled('_')}|${styled('~')}|(\\bhttps?://(?:(?!&[lg]t;)[^\\s<>|])+(?<![.,;:!?)'"*_~]))`,
  'gu',
);

/**
 * Formats one line.
 *
 * @param {string} text
 * @param {{ verbatim: boolean }} options
 * @returns {Node[]}
 */
function inline(text, options) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const node = inlineNode(match, options);
    if (node === null) continue;
    nodes.push(document.createTextNode(decode(text.slice(end, match.index))), node);
    end = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(decode(text.slice(end))));
  return nodes;
}

/** @param {RegExpMatchArray} match @param {{ verbatim: boolean }} options */
function inlineNode(match, options) {
  const [, code, ref, name, bold, italic, strike, url] = match;
  if (code !== undefined) return h('code', {}, decode(code));
  if (ref !== undefined) return reference(ref);
  if (name !== undefined) return emojiNode(name);
  if (bold !== undefined) return h('strong', {}, inline(bold, options));
  if (italic !== undefined) return h('em', {}, inline(italic, options));
  if (strike !== undefined) return h('s', {}, inline(strike, options));
  return url !== undefined && !options.verbatim ? link(decode(url), decode(url)) : null;
}

/** One emoji with its name for those who cannot see it, or null when unknown. @param {string} name */
export function emojiNode(name) {
  const glyph = emoji(name);
  if (glyph === undefined) return null;
  return h(
    'span',
    { class: 'emoji', role: 'img', 'aria-label': `${name.replaceAll('_', ' ')} emoji`, title: `:${name}:` },
    glyph,
  );
}

/**
 * Formats Slack's mrkdwn: bold, italic, strike, code, preformatted text, quotes, references and emoji.
 *
 * @param {string} text
 * @param {{ verbatim?: boolean }} [options] `verbatim` leaves bare addresses unlinked.
 * @returns {Node[]}
 */
export function mrkdwn(text, options = {}) {
  const settings = { verbatim: options.verbatim === true };
  return text.split(/```([\s\S]*?)```/).flatMap((part, index) => {
    if (index % 2 === 1) return [preformatted(decode(part.replace(/^\n/, '').replace(/\n$/, '')))];
    return lines(index === 0 ? part : part.replace(/^\n/, ''), settings);
  });
}

/** @param {string} text */
export const preformatted = (text) => h('pre', { class: 'pre', tabindex: '0' }, text);

/** @param {string} text @param {{ verbatim: boolean }} options */
function lines(text, options) {
  const nodes = [];
  /** @type {HTMLElement | null} */
  let quote = null;
  for (const [index, line] of text.split('\n').entries()) {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted !== null) {
      if (quote !== null) quote.append(h('br'));
      else {
        quote = h('blockquote');
        nodes.push(quote);
      }
      quote.append(...inline(quoted[1], options));
      continue;
    }
    if (index > 0 && quote === null) nodes.push(h('br'));
    quote = null;
    nodes.push(...inline(line, options));
  }
  return nodes;
}

/**
 * A text object of Block Kit as nodes: `plain_text` knows only emoji, `mrkdwn` is formatted.
 *
 * @param {{ type: string, text: string, emoji?: boolean, verbatim?: boolean } | undefined} object
 * @returns {Node[]}
 */
export function textObject(object) {
  if (object === undefined || object === null) return [];
  if (object.type === 'mrkdwn') return mrkdwn(object.text, object);
  return [document.createTextNode(plain(object))];
}

/** A text object as a plain string, for names and labels. @param {{ type?: string, text: string, emoji?: boolean } | undefined} object */
export function plain(object) {
  if (object === undefined || object === null) return '';
  return decode(object.emoji === false ? object.text : withEmoji(object.text));
}
