import { formatBytes, shorten } from '../domain/format.ts';
import type { Series } from '../domain/outcome.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Together with name and numbers a line fits a phone, about 42 characters. */
const WIDTH = 12;
const NAME = 18;
const MOST_SERIES = 6;

/** Measured lines as text: name, bars, the present value and the highest. One line for each series. */
export function sparklines(series: readonly Series[]): string {
  const shown = series.slice(0, MOST_SERIES);
  const nameWidth = Math.min(NAME, Math.max(0, ...shown.map(({ name }) => name.length)));
  const lines = shown.map((one) => sparkline(one, nameWidth));
  const more = series.length - shown.length;
  return [...lines, ...(more > 0 ? [`… ${more} more series`] : [])].join('\n');
}

function sparkline(series: Series, nameWidth: number): string {
  const name = shorten(series.name, NAME).padEnd(nameWidth);
  const values = series.points.map(([, value]) => value).filter(Number.isFinite);
  const now = values.at(-1);
  if (now === undefined) return `${name} no data yet`;
  const min = values.reduce((least, value) => Math.min(least, value));
  const max = values.reduce((most, value) => Math.max(most, value));
  return `${name} ${bars(values, min, max)} ${amount(now, series.unit)} (max ${amount(max, series.unit)})`;
}

/** A value with its unit where the name of the line does not say it. */
export function amount(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(value);
  return unit === '%' ? `${short(value)} %` : short(value);
}

function bars(values: readonly number[], min: number, max: number): string {
  return thin(values)
    .map((value) => {
      const share = max === min ? 0 : (value - min) / (max - min);
      return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))] ?? BARS[0];
    })
    .join('');
}

/** At most WIDTH values over the whole time, each the highest of its stretch: a peak is never hidden. */
function thin(values: readonly number[]): number[] {
  if (values.length <= WIDTH) return [...values];
  return Array.from({ length: WIDTH }, (_, slot) => {
    const from = Math.floor((slot * values.length) / WIDTH);
    const to = Math.floor(((slot + 1) * values.length) / WIDTH);
    return values.slice(from, to).reduce((most, value) => Math.max(most, value));
  });
}

/** A number as people say it: `0.12`, `7`, `1.5k`, `3.2M`. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12) return value.toExponential(1);
  if (size >= 1e9) return `${trim(value / 1e9)}G`;
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  return trim(value);
}

function trim(value: number): string {
  const size = Math.abs(value);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
}
