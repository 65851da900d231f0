import { createHmac } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';

/** A JSON body and the header that proves it: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, as for alerts. */
export function signed(
  content: object,
  key: Secret,
  now: Date,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const body = JSON.stringify(content);
  const seconds = Math.floor(now.getTime() / 1_000);
  const signature = createHmac('sha256', key.reveal()).update(`${seconds}.${body}`).digest('hex');
  return { body, headers: { 'x-firebreak-signature': `t=${seconds},v1=${signature}` } };
}
