import { z } from 'zod';

/** Where a secret is: in an environment variable or in a file; never in the configuration itself. */
export const SecretRef = z.union(
  [
    z.strictObject({ env: z.string().min(1).describe('Name of the environment variable that holds it.') }),
    z.strictObject({
      file: z
        .string()
        .min(1)
        .describe('Path of the file that holds it, such as a mounted Kubernetes secret.'),
    }),
  ],
  'expected { env: NAME } or { file: PATH }, never the secret itself',
);
export type SecretRef = z.infer<typeof SecretRef>;

/** One secret, or several of which any will do while one is being replaced by the next. */
export const SecretRefs = z.union(
  [SecretRef, z.array(SecretRef).min(1)],
  'expected { env: NAME } or { file: PATH }, or a list of them while a secret is replaced; never the secret itself',
);
export type SecretRefs = z.infer<typeof SecretRefs>;
