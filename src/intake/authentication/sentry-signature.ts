import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf, hmacs } from './compare.ts';
import { defineWay, refused } from './way.ts';

/**
 * `Sentry-Hook-Signature`, hex HMAC-SHA256 of the body by the client secret. `Sentry-Hook-Timestamp` is not signed
 * (getsentry/sentry, app_platform_event.py), so it proves nothing and is not read.
 */
export const sentrySignature = defineWay({
  settings: SecretRefs.describe('Client secret of the internal integration.'),
  keys: (settings, secret) => [settings].flat().map(secret),
  verifier:
    (secrets) =>
    ({ headers, body }) => {
      const given = headerOf(headers, 'sentry-hook-signature');
      if (!/^[0-9a-f]{64}$/.test(given)) return refused('Send the header "Sentry-Hook-Signature: <hex>".');
      return anySame([given], hmacs(secrets, [body]))
        ? null
        : refused(
            'The signature does not match the body: the client secret may be that of another integration.',
          );
    },
});
