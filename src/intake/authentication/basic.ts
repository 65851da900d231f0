import { z } from 'zod';
import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf } from './compare.ts';
import { defineWay, refused } from './way.ts';

/** `Authorization: Basic …` (RFC 7617), in UTF-8. */
export const basic = defineWay({
  settings: z.strictObject({
    username: z.string().regex(/^[^:]+$/, 'a name without a colon'),
    password: SecretRefs,
  }),
  keys: ({ username, password }, secret) => ({ username, passwords: [password].flat().map(secret) }),
  verifier:
    ({ username, passwords }) =>
    ({ headers }) => {
      const given = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(headerOf(headers, 'authorization'))?.[1];
      if (given === undefined) return refused('Send the header "Authorization: Basic …".');
      const pair = Buffer.from(given, 'base64').toString('utf8');
      const expected = passwords.flatMap((password) =>
        password.accepted().map((text) => `${username}:${text}`),
      );
      return anySame([pair], expected) ? null : refused('The user name or the password is wrong.');
    },
});
