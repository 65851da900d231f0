const SCALES = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'M'],
  [1e4, 'k'],
] as const;

/** A large number as people say it, such as `47 M` or `1.2 billion`. */
export function formatMany(value: number): string {
  // From where rounding would show 1000 of the smaller unit the next one begins.
  const [unit, name] = SCALES.find(([one]) => value >= one * 0.9995) ?? [1, ''];
  const scaled = value / (name === 'k' ? 1e3 : unit);
  const digits = scaled >= 9.95 || name === '' ? Math.round(scaled) : Number(scaled.toFixed(1));
  return name === '' ? String(digits) : `${digits} ${name}`;
}
