import type { Secret } from '../../domain/secret.ts';
import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf, hmacs, notNow } from './compare.ts';
import { defineWay, refused } from './way.ts';

/** Signatures that are looked at; a sender that replaces its key sends two. */
const MOST_SIGNATURES = 5;

/** Standard Webhooks 1.0 (standardwebhooks.com), symmetric signatures: HMAC-SHA256 of "id.timestamp.body" in Base64. */
export const standardWebhooks = defineWay({
  settings: SecretRefs.describe('Key of Standard Webhooks: whsec_ and Base64.'),
  keys: (settings, secret) => [settings].flat().map(secret),
  verifier:
    (secrets) =>
    ({ headers, body, receivedAt }) => {
      const id = headerOf(headers, 'webhook-id');
      const seconds = headerOf(headers, 'webhook-timestamp');
      const given = headerOf(headers, 'webhook-signature')
        .split(' ', MOST_SIGNATURES)
        .flatMap((signature) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature)?.[1] ?? []);
      if (id === '' || !/^\d{1,12}$/.test(seconds) || given.length === 0) {
        return refused(
          'Send the headers webhook-id, webhook-timestamp and webhook-signature ("v1,<Base64>").',
        );
      }
      const late = notNow(seconds, receivedAt);
      if (late !== null) return refused(late);
      return anySame(given, hmacs(secrets.flatMap(keyBytes), [`${id}.${seconds}.`, body], 'base64'))
        ? null
        : refused('The signature does not match the body.');
    },
});

/** The bytes behind whsec_; a key without the prefix is taken as it is written. */
function keyBytes(secret: Secret): Buffer[] {
  return secret
    .accepted()
    .map((text) =>
      text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text),
    );
}
