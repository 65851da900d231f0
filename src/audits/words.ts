const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** A number as people read it: `4,200`, from a hundred thousand on `47M`. */
export function formatNumber(value: number): string {
  return value < 100_000 ? number.format(value) : short.format(value);
}
