import type { Json } from '../domain/json.ts';
import type { Chart, Panel } from './chart.ts';
import { MOST_ROWS, type PlacedMark, placeLabels } from './label-rows.ts';
import { number } from './numbers.ts';
import { type Theme, type ThemeName, themes } from './themes.ts';
import { type Tick, ticksOf, zoneName } from './time-axis.ts';

/** A specification of Vega-Lite 6: plain data (vega.github.io/schema/vega-lite/v6.json). */
export type ChartSpec = { readonly [key: string]: Json };

/** Pixels before scaling: a phone shows about as much, and the letters stay readable. */
const WIDTH = 310;
const PANEL_HEIGHT = 66;
const ROW_HEIGHT = 15;
const AXIS_WIDTH = 40;
/** Square pixels of a point on its line, and of one through which no line leads: a phone shows the latter too. */
const POINT_SIZE = 9;
const ALONE_SIZE = 60;
/** Where nothing was read for longer than this, in milliseconds, the line is broken: nobody knows what was between. */
const GAP_MS = 120_000;

/** The picture as a specification. Pure. @throws RangeError for an unknown time zone. */
export function chartSpec(chart: Chart, themeName: ThemeName): ChartSpec {
  const theme = themes[themeName];
  const scale = { domain: [chart.from, chart.to], nice: false };
  const toPixel = (at: number): number => ((at - chart.from) / Math.max(1, chart.to - chart.from)) * WIDTH;
  const marks = placeLabels(chart.marks, toPixel, WIDTH);
  const ticks = ticksOf(chart.from, chart.to, chart.timeZone);
  const zone = zoneName(chart.from, chart.timeZone);
  const views = chart.panels.map((panel, index) =>
    panelView(panel, marks, {
      theme,
      scale,
      axis: timeAxis(ticks, zone, index === chart.panels.length - 1),
      gapMs: chart.gapMs ?? GAP_MS,
    }),
  );
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: theme.background,
    padding: 10,
    title: { text: chart.title, anchor: 'start', fontSize: 15, offset: 6 },
    spacing: 12,
    vconcat: [...(marks.length === 0 ? [] : [labelView(marks, theme, scale)]), ...views],
    config: config(theme),
  };
}

interface Look {
  readonly theme: Theme;
  readonly scale: Json;
  readonly axis: Json;
  readonly gapMs: number;
}

/** The words of the marks, above the panels. */
function labelView(marks: readonly PlacedMark[], theme: Theme, scale: Json): Json {
  const rows = Math.max(...marks.map(({ row }) => row)) + 1;
  const height = rows * ROW_HEIGHT;
  const text = (align: PlacedMark['align']): Json => ({
    transform: [{ filter: `datum.align === '${align}'` }],
    mark: {
      type: 'text',
      align,
      dx: align === 'left' ? 3 : -3,
      fontSize: 12,
      color: theme.text,
      baseline: 'middle',
    },
    encoding: {
      x: { field: 'at', type: 'quantitative', scale, axis: null },
      y: { field: 'y', type: 'quantitative', scale: { domain: [0, height], reverse: true }, axis: null },
      text: { field: 'label' },
    },
  });
  const values = marks.map(({ at, label, row, align }) => ({
    at,
    label,
    align,
    y: (row + 0.5) * ROW_HEIGHT,
    end: height,
  }));
  const tail: Json = {
    mark: { type: 'rule', color: theme.mark, strokeDash: [3, 3] },
    encoding: {
      x: { field: 'at', type: 'quantitative', scale, axis: null },
      y: { field: 'y', type: 'quantitative', scale: { domain: [0, height], reverse: true }, axis: null },
      y2: { field: 'end' },
    },
  };
  return {
    width: WIDTH,
    height: Math.min(rows, MOST_ROWS) * ROW_HEIGHT,
    view: { stroke: null },
    data: { values },
    layer: [tail, text('left'), text('right')],
  };
}

function panelView(panel: Panel, marks: readonly PlacedMark[], { theme, scale, axis, gapMs }: Look): Json {
  const highest = Math.max(
    panel.limit?.value ?? 0,
    ...panel.lines.flatMap(({ points }) => points.map(([, value]) => value)),
    1,
  );
  const x: Json = { field: 'at', type: 'quantitative', scale, axis };
  const y: Json = {
    field: 'value',
    type: 'quantitative',
    scale: { domain: [0, highest * 1.08], nice: false },
    axis: { title: null, tickCount: 3, minExtent: AXIS_WIDTH, maxExtent: AXIS_WIDTH, format: '~s' },
  };
  const drawn = panel.lines.flatMap((line, index): Json[] => {
    const values = segmented(line.points, gapMs);
    const color = index === 0 ? theme.line : theme.second;
    const stroke = index === 0 ? {} : { strokeDash: [5, 3] };
    const shape = index === 0 ? 'circle' : 'diamond';
    return [
      {
        data: { values },
        mark: { type: 'line', color, strokeWidth: 2, ...stroke },
        encoding: { x, y, detail: { field: 'part' } },
      },
      {
        data: { values },
        mark: { type: 'point', shape, color, filled: true, opacity: 1 },
        encoding: {
          x,
          y,
          size: { condition: { test: 'datum.alone', value: ALONE_SIZE }, value: POINT_SIZE },
        },
      },
    ];
  });
  const rules: Json = {
    data: { values: marks.map(({ at }) => ({ at })) },
    mark: { type: 'rule', color: theme.mark, strokeDash: [3, 3] },
    encoding: { x },
  };
  return {
    title: { text: panelTitle(panel), anchor: 'start', fontSize: 13, offset: 4 },
    width: WIDTH,
    height: PANEL_HEIGHT,
    layer: [...(marks.length === 0 ? [] : [rules]), ...limitRule(panel, theme, y), ...drawn],
  };
}

function limitRule({ limit }: Panel, theme: Theme, y: Json): Json[] {
  if (limit === null) return [];
  const values = [{ value: limit.value }];
  return [
    {
      data: { values },
      mark: { type: 'rule', color: theme.limit, strokeDash: [8, 4], strokeWidth: 1.5 },
      encoding: { y },
    },
  ];
}

/** The name with its numbers, for who sees little of the line. */
function panelTitle({ title, unit, limit, lines }: Panel): string {
  const space = unit === '' ? '' : ` ${unit}`;
  const most = lines.map(({ points }) => number(Math.max(...points.map(([, value]) => value))));
  const last = lines.map(({ points }) => number(points.at(-1)?.[1] ?? 0));
  const of = limit === null ? '' : ` ${limit.text}`.trimEnd();
  return `${title} · peak ${most.join(', ')}${space}${of} · last ${last.join(', ')}${space}`;
}

/** The points with the number of their part of the line, and whether they are alone in it. */
function segmented(points: readonly (readonly [number, number])[], gapMs: number): Json[] {
  const parts: (readonly [number, number])[][] = [];
  for (const point of points) {
    const part = parts.at(-1);
    const before = part?.at(-1);
    if (part !== undefined && before !== undefined && point[0] - before[0] <= gapMs) part.push(point);
    else parts.push([point]);
  }
  return parts.flatMap((part, number) =>
    part.map(([at, value]) => ({ at, value, part: number, alone: part.length === 1 })),
  );
}

/** Every panel has the same grid of times; only the last one has their words. */
function timeAxis(ticks: readonly Tick[], zone: string, isLast: boolean): Json {
  const words = Object.fromEntries(ticks.map(({ at, label }) => [String(at), label]));
  return {
    title: isLast ? zone : null,
    titleFontSize: 12,
    titlePadding: 2,
    values: ticks.map(({ at }) => at),
    labels: isLast,
    ticks: isLast,
    labelExpr: `(${JSON.stringify(words)})[toString(datum.value)]`,
    labelFlush: true,
    grid: true,
  };
}

function config(theme: Theme): Json {
  return {
    font: 'Roboto',
    title: { color: theme.text, fontWeight: 600 },
    axis: {
      labelColor: theme.text,
      titleColor: theme.text,
      labelFontSize: 12,
      titleFontWeight: 400,
      gridColor: theme.faint,
      domainColor: theme.mark,
      tickColor: theme.mark,
    },
    view: { stroke: theme.faint },
  };
}
