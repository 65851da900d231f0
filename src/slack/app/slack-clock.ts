import { clockOf } from '../../domain/clock-reading.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';

/** Milliseconds of difference that the header explains, which has whole seconds, with the way of the answer. */
const UNEXPLAINED_MS = 2_000;

/**
 * Slack's clock as its last answer told it; that of this machine until then. What is looked for in Slack has to be told by
 * the clock that Slack's timestamps are of, and that all replicas share.
 */
export function followSlackClock(own: Clock, fetch: Fetch): { readonly clock: Clock; readonly fetch: Fetch } {
  let aheadMs = 0;
  return {
    clock: {
      now: () => new Date(own.now().getTime() + aheadMs),
      steady: () => own.steady(),
      sleep: async (ms, signal) => own.sleep(ms, signal),
    },
    async fetch(url, init) {
      const response = await fetch(url, init);
      const told = clockOf(response.headers.get('date'), own.now());
      if (told !== null && Math.abs(told.aheadMs - aheadMs) > UNEXPLAINED_MS) aheadMs = told.aheadMs;
      return response;
    },
  };
}
