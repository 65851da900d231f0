const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const MEBI = 2 ** 20;

/** Reads a quantity of Kubernetes such as `500m`, `2`, `1e3` or `256Mi`: cores, bytes or a count. Null when it is none. */
export function parseQuantity(text: string): number | null {
  const [, number, unit = ''] = /^\+?((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(text) ?? [];
  const factor = FACTORS[unit];
  return number === undefined || factor === undefined ? null : Number(number) * factor;
}

/** Writes cores as `2` or `1500m`, rounded up. */
export function formatCores(cores: number): string {
  const milli = Math.ceil(Math.round(cores * 1e6) / 1e3);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Writes bytes as `2Gi` or `1536Mi`, rounded up. */
export function formatMemory(bytes: number): string {
  const mebi = Math.ceil(bytes / MEBI);
  return mebi % 1024 === 0 && mebi > 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`;
}
