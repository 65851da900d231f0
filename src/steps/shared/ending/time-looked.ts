/** Two looks further apart than this are not in a row: Firebreak stood still. */
const MOST_APART_MS = 15_000;
/** A proof may take so much more than twice its time; seconds. */
const GAP_SECONDS = 20;

/** Seconds since the first look. */
export interface TimeLooked {
  /** Of those, between two looks in a row that both saw the server: nobody knows what was in a gap. */
  readonly seen: number;
  readonly taken: number;
}

/** Counts for how long looks have seen something. Give it when each look was (milliseconds of steady time) and whether it saw the server. */
export function timeLooked(): (at: number, saw: boolean) => TimeLooked {
  let last: { readonly at: number; readonly saw: boolean } | null = null;
  let seen = 0;
  let taken = 0;
  return (at, saw) => {
    const apart = last === null ? 0 : at - last.at;
    const inRow = apart >= 0 && apart <= MOST_APART_MS;
    if (inRow && saw && last?.saw === true) seen += apart;
    taken += Math.max(0, Math.min(apart, MOST_APART_MS));
    last = { at, saw };
    return { seen: seen / 1000, taken: taken / 1000 };
  };
}

/**
 * Whether a proof that takes so many seconds has ended: `seen` for as long; `unread` when the server cannot be read at the
 * end of that time, or was seen so rarely that it would take far longer.
 */
export function proofEnd(
  { seen, taken }: TimeLooked,
  { seconds, saw }: { readonly seconds: number; readonly saw: boolean },
): 'seen' | 'unread' | null {
  if (seen >= seconds) return 'seen';
  if (!saw && taken >= seconds) return 'unread';
  return taken >= 2 * seconds + GAP_SECONDS ? 'unread' : null;
}
