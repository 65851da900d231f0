import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf, hmacs, notNow } from './compare.ts';
import { defineWay, refused } from './way.ts';

const HEADER = 'X-Firebreak-Signature';

/** `X-Firebreak-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`; several v1 while a key is replaced. */
export const hmac = defineWay({
  settings: SecretRefs.describe('Key of "X-Firebreak-Signature: t=…,v1=…".'),
  keys: (settings, secret) => [settings].flat().map(secret),
  verifier:
    (keys) =>
    ({ headers, body, receivedAt }) => {
      const match = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,5})$/.exec(headerOf(headers, HEADER));
      if (match === null) return refused(`Send the header "${HEADER}: t=<unix seconds>,v1=<hex>".`);
      const [, seconds = '', signatures = ''] = match;
      const late = notNow(seconds, receivedAt);
      if (late !== null) return refused(late);
      const given = signatures.split(',v1=').slice(1);
      return anySame(given, hmacs(keys, [`${seconds}.`, body]))
        ? null
        : refused('The signature does not match the body.');
    },
});
