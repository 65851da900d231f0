import { z } from 'zod';
import { SecretRefs } from '../../domain/secret-ref.ts';
import { anySame, headerOf } from './compare.ts';
import { defineWay, refused } from './way.ts';

/** A header of the sender's own with a secret in it, for senders that can only add headers. */
export const header = defineWay({
  settings: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9-]+$/, 'the name of a header, such as X-Firebreak-Token'),
    value: SecretRefs,
  }),
  keys: ({ name, value }, secret) => ({ name, values: [value].flat().map(secret) }),
  verifier:
    ({ name, values }) =>
    ({ headers }) => {
      const given = headerOf(headers, name);
      if (given === '') return refused(`Send the header "${name}".`);
      const expected = values.flatMap((value) => value.accepted());
      return anySame([given], expected) ? null : refused(`The header "${name}" is not the configured one.`);
    },
});
