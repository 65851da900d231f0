import type { OrderStats } from './order-stats.ts';

/** State of an alerting rule, as Prometheus names them. */
export type RuleState = 'inactive' | 'pending' | 'firing';

/** How long the condition must hold before the alert fires, and be absent before it resolves, in ms. */
export interface RuleTimes {
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

const FAILURES_OVER_MS = 2000;

/** The rule "the connection pool of order-service is exhausted": nothing idle, orders waiting, and orders failing. */
export class ExhaustionRule {
  readonly #times: RuleTimes;
  #state: RuleState = 'inactive';
  #heldSince: number | undefined;
  #absentSince: number | undefined;
  #readings: { at: number; failed: number }[] = [];

  constructor(times: RuleTimes) {
    this.#times = times;
  }

  /** Takes one reading and returns the state after it. Time is the reading's own. */
  evaluate(stats: OrderStats): RuleState {
    const at = Date.parse(stats.at);
    const holds = stats.pool.idle === 0 && stats.pool.waiting > 0 && this.#failures(at, stats.failed) > 0;
    this.#heldSince = holds ? (this.#heldSince ?? at) : undefined;
    this.#absentSince = holds ? undefined : (this.#absentSince ?? at);
    this.#state = this.#next(at);
    return this.#state;
  }

  #next(at: number): RuleState {
    if (this.#heldSince !== undefined) {
      const longEnough = at - this.#heldSince >= this.#times.forMs;
      return this.#state === 'firing' || longEnough ? 'firing' : 'pending';
    }
    const absentMs = this.#absentSince === undefined ? 0 : at - this.#absentSince;
    return this.#state === 'firing' && absentMs < this.#times.keepFiringForMs ? 'firing' : 'inactive';
  }

  #failures(at: number, failed: number): number {
    this.#readings = [
      ...this.#readings.filter((reading) => at - reading.at <= FAILURES_OVER_MS),
      { at, failed },
    ];
    return failed - (this.#readings[0]?.failed ?? failed);
  }
}
