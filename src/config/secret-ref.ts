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
