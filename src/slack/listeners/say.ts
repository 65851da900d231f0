import { clip } from '../blocks/clip.ts';
import { type Inline, line, link, richText, text, userGroup } from '../blocks/rich-text.ts';
import type { Said } from '../blocks/said.ts';
import { fallbackText } from '../blocks/text-objects.ts';

/** A person or a user group, in sentences of our own. */
const MENTION = /<(?:@|!subteam\^)([UWS][A-Z0-9]+)>/;

/** A sentence as a private answer: mentions of people and groups are mentions, everything else is text. */
export function say(sentence: string): Said {
  const parts = clip(sentence, 2500).split(MENTION);
  const inline = parts.flatMap((part, index): Inline[] => {
    if (index % 2 === 1) return [part.startsWith('S') ? userGroup(part) : { type: 'user', user_id: part }];
    return part === '' ? [] : [text(part)];
  });
  return {
    text: fallbackText(sentence.replaceAll(new RegExp(MENTION, 'g'), '@$1')),
    blocks: richText(line(...inline)),
  };
}

/** A sentence of ours with the way to a thread behind it, where there is one. */
export function sayWithLink(sentence: string, url: string | null, name: string): Said {
  const way = url === null ? [] : [text(' '), link(url, name)];
  return {
    text: fallbackText(url === null ? sentence : `${sentence} ${url}`),
    blocks: richText(line(text(sentence), ...way)),
  };
}
