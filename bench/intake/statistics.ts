/** The value below which this share of the sorted values lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** p50, p95 and p99 of milliseconds. */
export function summary(values: readonly number[]): { p50: number; p95: number; p99: number } {
  return { p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
}

/** Rounded to hundredths, for people. */
export function rounded<T extends Record<string, number>>(values: T): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Math.round(value * 100) / 100]),
  );
}

/** Value by value, ours to theirs. */
export function ratioOf<T extends Record<string, number>>(ours: T, theirs: T): Record<string, number> {
  return Object.fromEntries(
    Object.entries(ours).map(([name, value]) => [name, value / (theirs[name] ?? Number.NaN)]),
  );
}
