import type { types } from '@slack/bolt';
import type { Inline, Part } from './rich-text.ts';

/** What the blocks of a message say, as plain text: one line for each paragraph, list item and row of a table. Pure. */
export function blocksAsText(blocks: readonly types.KnownBlock[]): string {
  return blocks
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n');
}

function blockText(block: types.KnownBlock): string {
  switch (block.type) {
    case 'header':
      return block.text.text;
    case 'section':
      return block.text?.text ?? '';
    case 'context':
      return block.elements.map((element) => ('text' in element ? unescaped(element.text) : '')).join(' ');
    case 'rich_text':
      return block.elements.map(partText).join('\n');
    case 'table':
      return block.rows.map((cells) => cells.map(cellText).join(' | ')).join('\n');
    default:
      return '';
  }
}

function partText(part: Part): string {
  if (part.type === 'rich_text_list')
    return part.elements.map((item) => `• ${inlineText(item.elements)}`).join('\n');
  return inlineText(part.elements);
}

function inlineText(elements: readonly Inline[]): string {
  return elements
    .map((element) => {
      if (element.type === 'text') return element.text;
      if (element.type === 'user') return `@${element.user_id}`;
      return element.type === 'date' ? (element.fallback ?? '') : '';
    })
    .join('');
}

function cellText(cell: types.TableBlock['rows'][number][number]): string {
  return 'text' in cell ? cell.text : '';
}

/** Small print is mrkdwn; as plain text its times and mentions are what they fall back to. */
function unescaped(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<@([A-Z0-9]+)>/g, '@$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
