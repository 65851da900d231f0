import type { Clock } from '../../ports/clock.ts';
import { timeOfNonce } from './nonce.ts';

/** A post that timed out may still be under way: how often and after how many milliseconds it is looked for again. */
const LOOKS_AFTER_TIMEOUT = 2;
const LOOK_AGAIN_MS = 3_000;
/** A post of a process that died may arrive after the next one has started: only a later look proves that it did not. */
const ARRIVED_MS = 6_000;

/**
 * The searches for posts whose answer was lost, by nonce. In memory only: after a restart they begin anew with a single
 * look, which counts when the post is not too young.
 */
export interface Searches {
  /** A post got no answer in this process; it is looked for twice before it counts as not posted. */
  expect(nonce: string): void;
  /** Slack is done with a post of this process, and did not say what it did: one look tells. */
  over(nonce: string): void;
  /** Where to read on, or null for the first page. */
  cursor(nonce: string): string | null;
  /** The page did not hold it. */
  notOn(nonce: string, next: string | null): 'next-page' | 'not-posted' | { readonly laterMs: number };
  forget(nonce: string): void;
}

interface Search {
  readonly looks: number;
  readonly cursor: string | null;
  /** Milliseconds of steady time; a look before that does not prove that nothing was posted. */
  readonly arrivesBy: number;
}

export function createSearches({
  own,
  slack,
}: {
  /** Of this machine: it measures how long something takes. */
  readonly own: Pick<Clock, 'steady'>;
  /** Slack's, of which the nonces are. */
  readonly slack: Pick<Clock, 'now'>;
}): Searches {
  const searches = new Map<string, Search>();
  /** Never from the future, whatever the clock said of the process that began. */
  const ageOf = (nonce: string): number => Math.max(0, slack.now().getTime() - (timeOfNonce(nonce) ?? 0));
  const searchFor = (nonce: string): Search =>
    searches.get(nonce) ?? { looks: 1, cursor: null, arrivesBy: own.steady() + ARRIVED_MS - ageOf(nonce) };
  return {
    expect: (nonce) => void searches.set(nonce, { looks: LOOKS_AFTER_TIMEOUT, cursor: null, arrivesBy: 0 }),
    over: (nonce) => void searches.set(nonce, { looks: 1, cursor: null, arrivesBy: 0 }),
    cursor: (nonce) => searches.get(nonce)?.cursor ?? null,
    notOn(nonce, next) {
      const search = searchFor(nonce);
      searches.set(nonce, { ...search, cursor: next });
      if (next !== null) return 'next-page';
      if (search.looks > 1) {
        searches.set(nonce, { ...search, looks: search.looks - 1, cursor: null });
        return { laterMs: LOOK_AGAIN_MS };
      }
      const early = search.arrivesBy - own.steady();
      if (early > 0) return { laterMs: early };
      searches.delete(nonce);
      return 'not-posted';
    },
    forget: (nonce) => void searches.delete(nonce),
  };
}
