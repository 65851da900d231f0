import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sha256 } from '../domain/json.ts';
import type { Secret } from '../domain/secret.ts';

/** How a sender proves itself: a bearer token, or an HMAC over time and raw body. */
export type Authentication =
  | { readonly type: 'bearer'; readonly token: Secret }
  | { readonly type: 'hmac'; readonly key: Secret };

/** Header of the HMAC form: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
const SIGNATURE_HEADER = 'x-firebreak-signature';

/** Seconds by which a signature may differ from our clock. */
const TOLERANCE_SECONDS = 300;

/** Null when the request is the sender's; otherwise why not, without saying what would have been right. */
export function refuseRequest(
  authentication: Authentication,
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
  now: Date,
): string | null {
  return authentication.type === 'bearer'
    ? refuseBearer(authentication.token, headers.authorization)
    : refuseSignature(authentication.key, headers[SIGNATURE_HEADER], rawBody, now);
}

function refuseBearer(token: Secret, header: string | undefined): string | null {
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  if (given === undefined) return 'Send the header "Authorization: Bearer <token>".';
  return sameText(given, token.reveal()) ? null : 'The bearer token is not the configured one.';
}

function refuseSignature(
  key: Secret,
  header: string | string[] | undefined,
  body: Buffer,
  now: Date,
): string | null {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(typeof header === 'string' ? header : '');
  if (match === null) return `Send the header "${SIGNATURE_HEADER}: t=<unix seconds>,v1=<hex>".`;
  const [, seconds = '', signature = ''] = match;
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > TOLERANCE_SECONDS) {
    return `The signature is more than ${TOLERANCE_SECONDS} seconds away from the clock here.`;
  }
  const expected = createHmac('sha256', key.reveal()).update(`${seconds}.`).update(body).digest('hex');
  return sameText(signature, expected) ? null : 'The signature does not match the body.';
}

/** Compares in a time that does not depend on where the texts differ, nor on their lengths. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a), 'hex'), Buffer.from(sha256(b), 'hex'));
}
