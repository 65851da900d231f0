/** Slack's tiers: calls per minute. Source: docs.slack.dev/apis/web-api/rate-limits. */
const PER_MINUTE = { tier1: 1, tier2: 20, tier3: 50, tier4: 100, generous: 300 } as const;

/** How often a method may be called; `posting` counts per channel. */
export type RateTier = keyof typeof PER_MINUTE | 'posting';

const WINDOW_MS = 60_000;
/** Messages that a channel takes at once, and the pace after that. */
const POSTING_BURST = 3;
const POSTING_INTERVAL_MS = 1000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Counts calls and says how long the caller must wait. */
export class RateLimits {
  readonly #calls = new Map<string, number[]>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one call; returns 0, or the seconds after which to try again (`Retry-After`). */
  take(method: string, tier: RateTier, channel: string): number {
    return tier === 'posting' ? this.#post(channel) : this.#call(method, PER_MINUTE[tier]);
  }

  #call(method: string, perMinute: number): number {
    const now = this.#now();
    const recent = (this.#calls.get(method) ?? []).filter((at) => now - at < WINDOW_MS);
    this.#calls.set(method, recent);
    const oldest = recent[0];
    if (recent.length >= perMinute && oldest !== undefined) {
      return Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000));
    }
    recent.push(now);
    return 0;
  }

  #post(channel: string): number {
    const now = this.#now();
    const bucket = this.#buckets.get(channel) ?? { tokens: POSTING_BURST, at: now };
    const refilled = Math.min(POSTING_BURST, bucket.tokens + (now - bucket.at) / POSTING_INTERVAL_MS);
    const taken = refilled >= 1 ? refilled - 1 : refilled;
    this.#buckets.set(channel, { tokens: taken, at: now });
    return refilled >= 1 ? 0 : 1;
  }
}
