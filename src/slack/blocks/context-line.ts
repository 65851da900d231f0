import type { types } from '@slack/bolt';
import type { Inline } from './rich-text.ts';
import { mrkdwn, plain } from './text-objects.ts';

/** Slack takes so many characters in one element of small print, and so many elements. */
const MOST_CHARACTERS = 2000;
const MOST_ELEMENTS = 10;
/** Signs of mrkdwn that no escaping takes the meaning from: bold, italic, strike, code and emoji. */
const MARKUP = /[*_~`]|:[^\s:]+:/;

/** Small print below a message, made of the same parts as a paragraph. Text with signs of markup stands on its own, unparsed. */
export function contextLine(...elements: Inline[]): types.ContextBlock {
  const printed: types.ContextBlock['elements'] = [];
  let open = '';
  const close = (): void => {
    if (open.trim() !== '') printed.push({ type: 'mrkdwn', text: open, verbatim: true });
    open = '';
  };
  for (const element of elements) {
    if (element.type === 'text' && MARKUP.test(element.text)) {
      close();
      printed.push(plain(element.text.replace(/^ · /, ''), MOST_CHARACTERS));
      continue;
    }
    const next = mrkdwn(element);
    if (open.length + next.length <= MOST_CHARACTERS) open += next;
  }
  close();
  return { type: 'context', elements: printed.slice(0, MOST_ELEMENTS) };
}
