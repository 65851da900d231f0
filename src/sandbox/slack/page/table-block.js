import { h } from './dom.js';
import { plain } from './mrkdwn.js';
import { richText } from './rich-text.js';

/** Renders a `table` block; the first row is the head. @param {any} block */
export function tableBlock(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    h(
      'tr',
      {},
      cells.map((cell, column) => h(tag, attributes(settings[column], cell, tag), cellContent(cell))),
    );
  return h(
    'div',
    { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Table, scrolls sideways' },
    h(
      'table',
      { class: 'block-table' },
      h('thead', {}, row(head, 'th')),
      h(
        'tbody',
        {},
        rows.map((cells) => row(cells, 'td')),
      ),
    ),
  );
}

/** @param {any} settings @param {any} cell @param {string} tag */
function attributes(settings, cell, tag) {
  const align = settings?.align ?? (cell?.type === 'raw_number' ? 'right' : 'left');
  return {
    class: `align-${align}${settings?.is_wrapped ? ' wrap' : ''}`,
    ...(tag === 'th' ? { scope: 'col' } : {}),
  };
}

/** @param {any} cell */
function cellContent(cell) {
  switch (cell?.type) {
    case 'rich_text':
      return richText(cell);
    case 'raw_number':
      return cell.text ?? String(cell.value ?? cell.number ?? '');
    case 'raw_text':
      return cell.text;
    default:
      return plain(cell);
  }
}
