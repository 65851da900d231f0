import type { Pool } from 'pg';
import type { FailureReason, OrderStats } from '../victim/order-stats.ts';

const WINDOW_MS = 2000;

/** Counts what happened to orders, and keeps the acquire times of the last two seconds. */
export class OrderCounters {
  #placed = 0;
  readonly #failed: Partial<Record<FailureReason, number>> = {};
  #acquires: { at: number; ms: number }[] = [];

  placed(): void {
    this.#placed++;
  }

  failed(reason: FailureReason): void {
    this.#failed[reason] = (this.#failed[reason] ?? 0) + 1;
  }

  /** Notes how long an order waited for a connection; one that gave up counts with the time it waited. */
  acquired(ms: number): void {
    this.#acquires.push({ at: performance.now(), ms });
  }

  snapshot(pool: Pool, max: number): OrderStats {
    const since = performance.now() - WINDOW_MS;
    this.#acquires = this.#acquires.filter((sample) => sample.at >= since);
    const sorted = this.#acquires.map((sample) => sample.ms).sort((a, b) => a - b);
    return {
      at: new Date().toISOString(),
      placed: this.#placed,
      failed: Object.values(this.#failed).reduce((sum, n) => sum + n, 0),
      failedByReason: { ...this.#failed },
      acquireP50Ms: percentile(sorted, 0.5),
      acquireP95Ms: percentile(sorted, 0.95),
      pool: { max, total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount },
    };
  }
}

function percentile(sorted: readonly number[], p: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
  return Math.round(value * 10) / 10;
}
