import { type BinaryToTextEncoding, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sha256 } from '../../domain/json.ts';
import type { Secret } from '../../domain/secret.ts';

/** Seconds by which the time in a signature may differ from our clock, as Standard Webhooks has it. */
const TOLERANCE_SECONDS = 300;

/** Compares in a time that does not depend on where the texts differ, nor on their lengths. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a), 'hex'), Buffer.from(sha256(b), 'hex'));
}

/** Whether any of the texts is any of the others. Every pair is compared, so that the time tells nothing. */
export function anySame(given: readonly string[], expected: readonly string[]): boolean {
  return given
    .flatMap((text) => expected.map((other) => sameText(text, other)))
    .reduce((found, same) => found || same, false);
}

/** HMAC-SHA256 of these parts, one after the other, by each key. */
export function hmacs(
  keys: readonly (Secret | Buffer)[],
  parts: readonly (string | Buffer)[],
  encoding: BinaryToTextEncoding = 'hex',
): string[] {
  const all = keys.flatMap((key): readonly (string | Buffer)[] =>
    Buffer.isBuffer(key) ? [key] : key.accepted(),
  );
  return all.map((key) => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest(encoding);
  });
}

/** Why a time in Unix seconds is not now, or null. */
export function notNow(seconds: string, now: Date): string | null {
  return Math.abs(now.getTime() / 1000 - Number(seconds)) <= TOLERANCE_SECONDS
    ? null
    : `The signature is more than ${TOLERANCE_SECONDS} seconds away from the clock here.`;
}

/** A header that came at most once; empty when it did not. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : '';
}
