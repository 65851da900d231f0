import { formatCount, formatDuration } from '../domain/format.ts';
import type { CostPair, GateCalibration, GateEstimate } from '../domain/gate.ts';

/**
 * Cost units in one second, and how far single statements were away from it: measured on PostgreSQL 15 with 3 million
 * rows in memory, costs of 8e4 to 5.7e6. Index lookups are slower than that by their cost, and take no time anyway.
 */
const COMMON: GateCalibration = { costPerSecond: 100_000, factor: 4, pairs: 0, known: 0 };
/** Fewer runs say less than the common rate. */
const ENOUGH = 5;
/** What is quicker says more about the connection than about the plan. */
const LEAST_SECONDS = 0.1;
const LEAST_FACTOR = 1.5;
/** Share of the runs that lie within the factor. */
const WITHIN = 0.9;

/**
 * How cost and seconds belong together on one database, from what was predicted and what came of it. The rate is a
 * median and the factor a quantile, so that a few runs that waited for a lock move neither.
 */
export function calibrate(pairs: readonly CostPair[]): GateCalibration {
  const rates = pairs
    .filter(({ cost, seconds }) => seconds >= LEAST_SECONDS && cost > 0)
    .map(({ cost, seconds }) => Math.log(cost / seconds))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (rates.length < ENOUGH) return { ...COMMON, known: rates.length };
  const middle = quantile(rates, 0.5);
  const away = rates.map((rate) => Math.abs(rate - middle)).sort((a, b) => a - b);
  return {
    costPerSecond: Math.exp(middle),
    factor: Math.max(LEAST_FACTOR, Math.exp(quantile(away, WITHIN))),
    pairs: rates.length,
    known: rates.length,
  };
}

/** Seconds of a cost; a promise it is not. */
export function estimate(cost: number, { costPerSecond, factor, pairs }: GateCalibration): GateEstimate {
  return { seconds: cost / costPerSecond, factor, pairs };
}

/** An estimate in words, such as `about 40 s (×4)`. */
export function estimateWords({ seconds, factor, pairs }: GateEstimate): string {
  const about = seconds < 1 ? 'under 1 s' : `about ${formatDuration(seconds)}`;
  const times = `×${factor < 10 ? Number(factor.toFixed(1)) : Math.round(factor)}`;
  return `${about} (${times}${pairs === 0 ? '' : `, from ${formatCount(pairs, 'run')} here`})`;
}

/** A value of a sorted list, between two of them where it falls between. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}
