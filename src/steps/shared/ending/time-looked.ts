/** Two looks further apart than this are not in a row: Firebreak stood still, or its clock was set. */
const MOST_APART_MS = 15_000;

/** Seconds since the first look. */
export interface TimeLooked {
  /** Of those, between two looks in a row that both saw the server: nobody knows what was in a gap. */
  readonly seen: number;
  readonly taken: number;
}

/** Counts for how long looks have seen something. Give it when each look was (milliseconds) and whether it saw the server. */
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
