import type { types } from '@slack/bolt';
import { clip } from './clip.ts';

/** Text in which Slack parses nothing. */
export function plain(value: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: clip(value, max), emoji: false };
}

/** A title line; at most 150 characters are shown. */
export function header(value: string): types.HeaderBlock {
  return { type: 'header', text: plain(value, 150) };
}

/** The three characters that Slack's mrkdwn gives a meaning to (docs.slack.dev/messaging/formatting-message-text). */
export function escapeMrkdwn(value: string): string {
  return value.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The text that notifications and screen readers use instead of the blocks. Slack parses it, so it is escaped. */
export function fallbackText(value: string): string {
  return escapeMrkdwn(clip(value, 1500));
}
