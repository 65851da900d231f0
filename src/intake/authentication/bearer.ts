import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../../domain/secret.ts';
import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf } from './compare.ts';
import { defineWay, refused } from './way.ts';

/** `Authorization: Bearer <token>` (RFC 6750). */
export const bearer = defineWay({
  settings: SecretRefs.describe('Token of "Authorization: Bearer …".'),
  keys: (settings, secret) => [settings].flat().map(secret),
  verifier:
    (tokens) =>
    ({ headers }) => {
      const reason = refuseBearer(tokens, headers);
      return reason === null ? null : refused(reason);
    },
});

/** Null when the headers carry one of the tokens; otherwise why not. */
export function refuseBearer(tokens: readonly Secret[], headers: IncomingHttpHeaders): string | null {
  const given = /^Bearer (.+)$/i.exec(headerOf(headers, 'authorization'))?.[1];
  if (given === undefined) return 'Send the header "Authorization: Bearer <token>".';
  const expected = tokens.flatMap((token) => token.accepted());
  return anySame([given], expected) ? null : 'The bearer token is not the configured one.';
}
