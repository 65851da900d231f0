/** Slack's pace for one method in one channel: calls at once, and calls per second after that. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** Slack takes about one post each second in a channel (docs.slack.dev/apis/web-api/rate-limits). */
export const POSTS: Pace = { burst: 3, perSecond: 0.9 };
/** chat.update is a tier 3 method: 50 calls each minute. */
export const UPDATES: Pace = { burst: 15, perSecond: 0.75 };
/** conversations.history and conversations.replies are tier 3 methods. */
export const LOOKUPS: Pace = { burst: 10, perSecond: 0.5 };

/**
 * Keeps calls within Slack's pace; each name, such as a method in a channel, waits for itself alone. `now` is in
 * milliseconds that never go back, and given so that those who are compared are asked about one moment.
 */
export interface Pacer {
  /** Milliseconds until the next call of this name may be made; 0 for now. */
  wait(name: string, pace: Pace, now: number): number;
  /** Counts a call. */
  spend(name: string, pace: Pace, now: number): void;
  /** Slack said to wait. */
  hold(name: string, ms: number, now: number): void;
}

/** Names that are remembered before those that wait no more are forgotten. */
const MOST_HELD = 500;

export function createPacer(): Pacer {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const held = new Map<string, number>();

  function tokens(name: string, pace: Pace, now: number): number {
    const bucket = buckets.get(name);
    if (bucket === undefined) return pace.burst;
    return Math.min(pace.burst, bucket.tokens + ((now - bucket.at) / 1000) * pace.perSecond);
  }

  return {
    wait(name, pace, now) {
      const missing = 1 - tokens(name, pace, now);
      const paced = missing <= 0 ? 0 : Math.ceil((missing / pace.perSecond) * 1000);
      return Math.max(paced, (held.get(name) ?? 0) - now, 0);
    },
    spend(name, pace, now) {
      buckets.set(name, { tokens: tokens(name, pace, now) - 1, at: now });
    },
    hold(name, ms, now) {
      if (held.size > MOST_HELD) for (const [old, until] of held) if (until <= now) held.delete(old);
      held.set(name, now + ms);
    },
  };
}
