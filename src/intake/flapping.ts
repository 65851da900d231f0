import { formatCount } from '../domain/format.ts';
import type { FlappingRule } from '../domain/intake-policy.ts';
import type { Firing } from '../ports/state.ts';

/** What is known of an alert that fires and ends again and again. */
export interface Flapping {
  readonly reason: string;
  /** ISO 8601: when it counts as lasting, should it not end before. */
  readonly until: string;
}

/**
 * Whether an alert that began to fire at `startsAt` flaps: it began so often lately, and has not fired for long enough
 * since. Pure.
 * @param firings Each beginning of the alert lately, with when it was first heard of.
 */
export function flappingOf(
  startsAt: string,
  firings: readonly Firing[],
  rule: FlappingRule,
  now: Date,
): Flapping | null {
  const since = now.getTime() - rule.withinMinutes * 60_000;
  const lately = firings.filter(({ receivedAt }) => Date.parse(receivedAt) >= since);
  const own = firings.find((firing) => firing.startsAt === startsAt);
  const until = Date.parse(own?.receivedAt ?? now.toISOString()) + rule.holdMinutes * 60_000;
  if (lately.length < rule.times || now.getTime() >= until) return null;
  return {
    reason: `It began to fire ${formatCount(lately.length, 'time')} within ${rule.withinMinutes} minutes. An incident is opened when it fires for ${rule.holdMinutes} minutes without an end.`,
    until: new Date(until).toISOString(),
  };
}
