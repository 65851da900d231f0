import { randomBytes } from 'node:crypto';

/** Hands out identifiers in the shape of Slack's: a letter for the kind, then capitals and digits. */
export class IdSource {
  #count = 0;

  /** The next identifier with this prefix, such as `C` for a channel; never the same twice. */
  next(prefix: string): string {
    this.#count += 1;
    return `${prefix}0SB${this.#count.toString(36).toUpperCase().padStart(7, '0')}`;
  }

  /** A running number, for parts of tokens that only need to differ. */
  number(): number {
    this.#count += 1;
    return this.#count;
  }
}

/** Random lower-case hexadecimal text of twice as many characters as bytes. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** The last `ts` handed out in a channel, as whole seconds and microseconds. */
export interface TsCursor {
  seconds: number;
  micros: number;
}

/**
 * The next message `ts` of a channel, unique and increasing there even if the clock stands still or goes back.
 * The form is Slack's: seconds of the epoch, a point, six digits ("1763890000.000100").
 */
export function nextTs(cursor: TsCursor, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  if (seconds > cursor.seconds) {
    cursor.seconds = seconds;
    cursor.micros = 100;
  } else {
    cursor.micros += 100;
  }
  return `${cursor.seconds}.${String(cursor.micros).padStart(6, '0')}`;
}
