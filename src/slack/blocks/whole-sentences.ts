import { clip } from './clip.ts';

/** A part of a short text. The lower its rank, the sooner it is kept. */
export interface Saying {
  readonly text: string;
  readonly rank: number;
  /** Rank of the sentences after the first; that of the first when it is left out. */
  readonly restRank?: number;
}

const MORE = 'The card says more.';
/** One sentence takes at most this share of the whole, so that none crowds out the others. */
const SHARE = 0.4;

/**
 * As many whole sentences as fit, in their order, those of the lowest rank first; each part is a line. A text that leaves
 * something out ends by saying where it is, so that nothing is cut in the middle of what decides.
 */
export function wholeSentences(parts: readonly Saying[], max: number): string {
  const sentences = parts.flatMap((part, index) => sentencesOf(part, index));
  const all = laidOut(sentences);
  if (all.length <= max) return all;
  const room = max - MORE.length - 1;
  const short = sentences.map((one) => ({ ...one, text: clipWords(one.text, Math.floor(max * SHARE)) }));
  const kept = new Set<(typeof short)[number]>();
  for (const next of short.toSorted((a, b) => a.rank - b.rank)) {
    const follows = short.every(
      (one) => one.part !== next.part || one.position >= next.position || kept.has(one),
    );
    const tried = short.filter((one) => kept.has(one) || one === next);
    if (follows && laidOut(tried).length <= room) kept.add(next);
  }
  return `${laidOut(short.filter((one) => kept.has(one)))}\n${MORE}`;
}

interface Sentence {
  readonly text: string;
  readonly part: number;
  readonly position: number;
  readonly rank: number;
}

function sentencesOf({ text, rank, restRank = rank }: Saying, part: number): Sentence[] {
  return text
    .split(/(?<=[.!?])\s+(?=\p{Lu})/u)
    .map((one, position) => ({ text: one, part, position, rank: position === 0 ? rank : restRank }));
}

function laidOut(sentences: readonly Sentence[]): string {
  const lines = [...Map.groupBy(sentences, ({ part }) => part).values()];
  return lines.map((same) => same.map(({ text }) => text).join(' ')).join('\n');
}

/** Cuts between words. */
function clipWords(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = clip(text, max);
  const space = cut.lastIndexOf(' ');
  return space < max / 2 ? cut : `${cut.slice(0, space)} …`;
}
