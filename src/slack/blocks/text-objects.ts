import type { types } from '@slack/bolt';
import { clip } from './clip.ts';
import type { Inline } from './rich-text.ts';
import { typeset } from './safe-text.ts';

/** Text in which Slack parses nothing. */
export function plain(value: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: typeset(clip(value, max)), emoji: false };
}

/** A title line; at most 150 characters are shown. */
export function header(value: string): types.HeaderBlock {
  return { type: 'header', text: plain(value, 150) };
}

/** The three characters that Slack's mrkdwn gives a meaning to (docs.slack.dev/messaging/formatting-message-text). */
function escapeMrkdwn(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A part of a line as mrkdwn: only mentions of people and times keep their meaning. */
export function mrkdwn(element: Inline): string {
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

/** Characters of a top-level text before it is escaped, which makes up to five of one: Slack takes 4,000 in an update. */
const MOST_SPOKEN = 700;

/** The text that notifications and screen readers use instead of the blocks. Slack parses it, so it is escaped. */
export function fallbackText(value: string): string {
  return escapeMrkdwn(clip(value.replaceAll(/\s+/g, ' '), MOST_SPOKEN));
}
