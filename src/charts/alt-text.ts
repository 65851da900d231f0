import { formatDuration } from '../domain/format.ts';
import type { Chart, Panel } from './chart.ts';
import { number } from './numbers.ts';

/** Slack takes 2000 characters (docs.slack.dev/reference/block-kit/blocks/image-block). */
const MOST = 1900;

/** What the picture says, in words with numbers: of each line the first, the highest and the last value. */
export function altTextOf({ title, from, to, panels, marks }: Omit<Chart, 'altText'>): string {
  const since = (at: number): string => formatDuration(Math.max(0, at - from) / 1000);
  const told = [
    `Chart of ${title} over ${since(to)}.`,
    ...panels.flatMap((panel) => panel.lines.map((line) => lineText(panel, line, since))),
    ...(marks.length === 0
      ? []
      : [
          `Marked: ${marks.map(({ at, label }) => `${label} ${at === from ? 'at the start' : `after ${since(at)}`}`).join(', ')}.`,
        ]),
  ].join(' ');
  return told.length <= MOST ? told : `${told.slice(0, MOST)}…`;
}

function lineText(panel: Panel, line: Panel['lines'][number], since: (at: number) => string): string {
  const [first] = line.points;
  const last = line.points.at(-1);
  if (first === undefined || last === undefined) return '';
  const highest = line.points.reduce((best, point) => (point[1] > best[1] ? point : best));
  const unit = panel.unit === '' ? '' : ` ${panel.unit}`;
  const value = ([, amount]: readonly [number, number]): string => `${number(amount)}${unit}`;
  const name = panel.lines.length === 1 ? panel.title : line.name;
  const limit = panel.limit === null ? '' : ` ${panel.limit.text}`.trimEnd();
  return `${name}: first ${value(first)}, highest ${value(highest)}${limit} after ${since(highest[0])}, last ${value(last)}.`;
}
