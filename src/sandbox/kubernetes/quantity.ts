const FACTORS: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Reads a resource quantity such as `500m`, `200Mi` or `2`; NaN when it is not one. */
export function parseQuantity(text: string | number): number {
  const [, value, unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(String(text)) ?? [];
  return value === undefined ? Number.NaN : Number(value) * (FACTORS[unit] ?? Number.NaN);
}

/** Writes a quantity: whole numbers as they are, fractions in thousandths. */
export function formatQuantity(value: number): string {
  if (!Number.isInteger(value)) return `${Math.ceil(value * 1000)}m`;
  for (const unit of ['Gi', 'Mi', 'Ki']) {
    const factor = FACTORS[unit] ?? 1;
    if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  }
  return String(value);
}
