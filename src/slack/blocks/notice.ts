import type { types } from '@slack/bolt';
import type { Notice } from '../../engine/desk.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { bold, line, richText, text, time } from './rich-text.ts';

/** A message about alerts that opened nothing. Pure. */
export function noticeBlocks(notice: Notice): types.KnownBlock[] {
  const often =
    notice.count === 0
      ? 'Since '
      : notice.count === 1
        ? 'Received once, at '
        : `Received ${notice.count} times, last at `;
  return [
    ...richText(
      line(text(`🔕 ${clip(notice.heading, 80)}: `), bold(clip(notice.title, 200))),
      line(text(clip(notice.text, 500))),
      line(text(notice.hint)),
    ),
    contextLine(text(often), time(notice.lastAt)),
  ];
}
