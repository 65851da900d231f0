import type { types } from '@slack/bolt';
import { clip } from './clip.ts';
import type { Inline } from './rich-text.ts';
import { escapeMrkdwn } from './text-objects.ts';

/** Small print below a message, made of the same parts as a paragraph. */
export function contextLine(...elements: Inline[]): types.ContextBlock {
  const text = clip(elements.map(mrkdwn).join(''), 2000);
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] };
}

/** Free text is escaped; only mentions of people and times keep their meaning. */
function mrkdwn(element: Inline): string {
  switch (element.type) {
    case 'user':
      return `<@${element.user_id}>`;
    case 'date':
      return `<!date^${element.timestamp}^${element.format}|${escapeMrkdwn(element.fallback ?? 'a time')}>`;
    case 'text':
      return element.style?.code === true ? `\`${escapeMrkdwn(element.text)}\`` : escapeMrkdwn(element.text);
    default:
      return '';
  }
}
