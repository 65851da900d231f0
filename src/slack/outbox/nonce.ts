import { randomUUID } from 'node:crypto';

/** A name for one message that is to be posted; it tells when, so that a search for it need not read the whole channel. */
export function newNonce(now: Date): string {
  return `${now.getTime().toString(36)}.${randomUUID()}`;
}

/** Milliseconds of the epoch at which the nonce was made; null for one that does not tell. */
export function timeOfNonce(nonce: string): number | null {
  const [time, id] = nonce.split('.');
  if (time === undefined || id === undefined || !/^[0-9a-z]{8,9}$/.test(time)) return null;
  return Number.parseInt(time, 36);
}
