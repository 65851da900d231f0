import { h, link } from './dom.js';
import { withEmoji } from './emoji.js';
import { preformatted } from './mrkdwn.js';

const INLINE =
  /`([^`\n]+)`|!?\[([^\]\n]*)\]\(([^)\s]+)\)|\*\*(?=\S)([^\n]*?\S)\*\*|__(?=\S)([^\n]*?\S)__|\*(?=\S)([^*\n]*?\S)\*|(?<!\w)_(?=\S)([^_\n]*?\S)_(?!\w)|~~(?=\S)([^\n]*?\S)~~|\\([\\`*_~[\]()#>|-])/g;

/** @param {string} text @returns {Node[]} */
function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(document.createTextNode(withEmoji(text.slice(end, match.index))), inlineNode(match));
    end = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(withEmoji(text.slice(end))));
  return nodes;
}

/** @param {RegExpMatchArray} match */
function inlineNode([, code, label, url, bold, bold2, italic, italic2, strike, escaped]) {
  if (code !== undefined) return h('code', {}, code);
  if (url !== undefined) return link(url, inline(label ?? ''));
  if ((bold ?? bold2) !== undefined) return h('strong', {}, inline(bold ?? bold2));
  if ((italic ?? italic2) !== undefined) return h('em', {}, inline(italic ?? italic2));
  if (strike !== undefined) return h('s', {}, inline(strike));
  return document.createTextNode(escaped);
}

const LIST = /^(\s*)(?:([-*+])|(\d+)[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const RULE = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** @param {string} line */
const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/**
 * Renders the standard Markdown of a `markdown` block: headings, lists, tables, quotes, code and emphasis.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export function markdown(text) {
  const root = h('div', { class: 'markdown' });
  const lines = text.split('\n');
  while (lines.length > 0) root.append(...next(lines));
  return root;
}

/** Takes the next piece off the front of the lines. @param {string[]} lines @returns {Node[]} */
function next(lines) {
  const line = lines.shift() ?? '';
  if (line.trim() === '') return [];
  if (/^\s*```/.test(line)) return [preformatted(takeUntilFence(lines))];
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading !== null)
    return [
      h(
        'p',
        { role: 'heading', 'aria-level': '4', class: `md-h md-h${heading[1].length}` },
        inline(heading[2]),
      ),
    ];
  if (RULE.test(line)) return [h('hr', { class: 'divider' })];
  if (lines.length > 0 && line.includes('|') && TABLE_RULE.test(lines[0])) return [table(line, lines)];
  if (/^\s*>/.test(line)) return [quote([line, ...take(lines, (l) => /^\s*>/.test(l))])];
  if (LIST.test(line)) return [list([line, ...take(lines, (l) => LIST.test(l))])];
  const rest = take(
    lines,
    (l) => l.trim() !== '' && !/^\s*(?:```|>|#{1,6}\s)/.test(l) && !LIST.test(l) && !RULE.test(l),
  );
  return [
    h(
      'p',
      {},
      [line, ...rest].flatMap((l, i) => (i === 0 ? inline(l) : [h('br'), ...inline(l)])),
    ),
  ];
}

/** @param {string[]} lines @param {(line: string) => boolean} test */
function take(lines, test) {
  let count = 0;
  while (count < lines.length && test(lines[count])) count += 1;
  return lines.splice(0, count);
}

/** @param {string[]} lines */
function takeUntilFence(lines) {
  const body = take(lines, (line) => !/^\s*```\s*$/.test(line));
  lines.shift();
  return body.join('\n');
}

/** @param {string[]} lines */
function quote(lines) {
  return h(
    'blockquote',
    {},
    lines.flatMap((line, i) => [i > 0 && h('br'), inline(line.replace(/^\s*>\s?/, ''))]),
  );
}

/** @param {string[]} lines */
function list(lines) {
  const ordered = LIST.exec(lines[0])?.[3];
  const items = lines.map((line) => {
    const [, indent = '', , , task, body = ''] = LIST.exec(line) ?? [];
    const mark = task === undefined ? '' : task === ' ' ? '☐ ' : '☑ ';
    const level = Math.min(Math.floor(indent.length / 2), 8);
    return h(
      'li',
      { class: `${level > 0 ? `nested indent-${level}` : ''}${mark ? ' task' : ''}` },
      mark,
      inline(body),
    );
  });
  return h(
    ordered === undefined ? 'ul' : 'ol',
    { class: 'rich-list', ...(Number(ordered) > 1 ? { start: ordered } : {}) },
    items,
  );
}

/** @param {string} head @param {string[]} lines */
function table(head, lines) {
  const aligns = cells(lines.shift() ?? '').map((rule) =>
    rule.endsWith(':') ? (rule.startsWith(':') ? 'center' : 'right') : 'left',
  );
  const row = (line, tag) =>
    h(
      'tr',
      {},
      cells(line).map((cell, i) => h(tag, { class: `align-${aligns[i] ?? 'left'}` }, inline(cell))),
    );
  const body = take(lines, (line) => line.includes('|'));
  return h(
    'div',
    { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    h(
      'table',
      { class: 'block-table' },
      row(head, 'th'),
      body.map((line) => row(line, 'td')),
    ),
  );
}
