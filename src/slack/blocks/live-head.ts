import { formatCount } from '../../domain/format.ts';
import type { QueriesNow } from '../../domain/live.ts';
import { clip } from './clip.ts';
import { bold, type Inline, line, type Part, text, time } from './rich-text.ts';

type Head = Pick<QueriesNow, 'database' | 'at' | 'slots' | 'gaps'>;

/** Which database, when, and how full it is. */
export function liveHead(now: Head, ...more: readonly string[]): Part {
  const slots = `${now.slots.used} of ${now.slots.usable} slots used`;
  return line(
    bold(clip(now.database, 80)),
    text(' · primary, read at '),
    time(now.at),
    text(`\n${[slots, ...more].join(' · ')}`),
  );
}

/** What could not be read, each in its own line. */
export function gapParts({ gaps }: Head): Part[] {
  if (gaps.length === 0) return [];
  const lines = gaps.slice(0, 4).map((gap): Inline => text(`\n${clip(gap, 300)}`));
  const left = gaps.length - lines.length;
  return [
    line(
      bold('Not known: '),
      text(formatCount(gaps.length, 'thing')),
      ...lines,
      ...(left > 0 ? [text(`\n… and ${left} more`)] : []),
    ),
  ];
}
