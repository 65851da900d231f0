import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf, hmacs } from './compare.ts';
import { defineWay, refused } from './way.ts';

/** Signatures that are looked at; PagerDuty sends one for each secret of the subscription. */
const MOST_SIGNATURES = 10;

/**
 * `X-PagerDuty-Signature: v1=<hex>[,v1=<hex>]`, HMAC-SHA256 of the body (PagerDuty, Webhooks v3, Verifying Signatures).
 * No time is signed: what is sent again is known by its alert.
 */
export const pagerdutySignature = defineWay({
  settings: SecretRefs.describe('Secret of the webhook subscription.'),
  keys: (settings, secret) => [settings].flat().map(secret),
  verifier:
    (secrets) =>
    ({ headers, body }) => {
      const given = headerOf(headers, 'x-pagerduty-signature')
        .split(',', MOST_SIGNATURES)
        .flatMap((signature) => /^\s*v1=([0-9a-f]{64})\s*$/.exec(signature)?.[1] ?? []);
      if (given.length === 0) return refused('Send the header "X-PagerDuty-Signature: v1=<hex>".', 403);
      return anySame(given, hmacs(secrets, [body]))
        ? null
        : refused('No signature matches the body: the secret may be that of another subscription.', 403);
    },
});
