/** A post that timed out may still be under way: how often and after how many milliseconds it is looked for again. */
const LOOKS_AFTER_TIMEOUT = 2;
const LOOK_AGAIN_MS = 3_000;

/**
 * The searches for posts whose answer was lost, by nonce. In memory only: after a restart, when all that was under way
 * has long arrived, they begin anew with a single look.
 */
export interface Searches {
  /** A post got no answer in this process; it is looked for twice before it counts as not posted. */
  expect(nonce: string): void;
  /** Where to read on, or null for the first page. */
  cursor(nonce: string): string | null;
  /** The page did not hold it. */
  notOn(nonce: string, next: string | null): 'next-page' | 'not-posted' | { readonly laterMs: number };
  forget(nonce: string): void;
}

export function createSearches(): Searches {
  const searches = new Map<string, { looks: number; cursor: string | null }>();
  return {
    expect: (nonce) => void searches.set(nonce, { looks: LOOKS_AFTER_TIMEOUT, cursor: null }),
    cursor: (nonce) => searches.get(nonce)?.cursor ?? null,
    notOn(nonce, next) {
      const { looks } = searches.get(nonce) ?? { looks: 1 };
      if (next !== null) {
        searches.set(nonce, { looks, cursor: next });
        return 'next-page';
      }
      if (looks > 1) {
        searches.set(nonce, { looks: looks - 1, cursor: null });
        return { laterMs: LOOK_AGAIN_MS };
      }
      searches.delete(nonce);
      return 'not-posted';
    },
    forget: (nonce) => void searches.delete(nonce),
  };
}
