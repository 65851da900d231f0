import { z } from 'zod';
import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf, hmacs, notNow } from './compare.ts';
import { defineWay, refused } from './way.ts';

/**
 * HMAC-SHA256 of Grafana's webhook contact point, bare hex: of "<unix seconds>:<body>" when the contact point names a
 * header for the timestamp, of the body alone otherwise (grafana/alerting, http/hmac.go). Only the former ages.
 */
export const grafanaSignature = defineWay({
  settings: z.strictObject({
    secret: SecretRefs,
    header: z.string().min(1).default('X-Grafana-Alerting-Signature'),
    timestampHeader: z
      .string()
      .min(1)
      .optional()
      .describe('As in the contact point; without it an old request can be sent again.'),
  }),
  keys: ({ secret: refs, header, timestampHeader }, secret) => ({
    secrets: [refs].flat().map(secret),
    header,
    timestampHeader: timestampHeader ?? null,
  }),
  verifier:
    ({ secrets, header, timestampHeader }) =>
    ({ headers, body, receivedAt }) => {
      const given = headerOf(headers, header);
      if (!/^[0-9a-f]{64}$/.test(given))
        return refused(`Send the header "${header}" with a signature in hex.`);
      const seconds = timestampHeader === null ? null : headerOf(headers, timestampHeader);
      if (seconds !== null) {
        if (!/^\d{1,12}$/.test(seconds))
          return refused(`Send the header "${timestampHeader}" with Unix seconds.`);
        const late = notNow(seconds, receivedAt);
        if (late !== null) return refused(late);
      }
      const signed = seconds === null ? [body] : [`${seconds}:`, body];
      return anySame([given], hmacs(secrets, signed))
        ? null
        : refused('The signature does not match the body.');
    },
});
