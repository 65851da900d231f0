const UNITS: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

/** Minutes of a duration as people type it, such as `90m`, `2h`, `1h30m` or `1d`; null when it is none. */
export function parseMinutes(text: string): number | null {
  if (!/^(?:\d{1,5}[mhd])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([mhd])/g)].reduce(
    (sum, [, count = '', unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  );
}
