import type { z } from 'zod';

/** What a button or modal of ours carried through Slack. Throws when it is none of ours: whoever clicked is told then. */
export function readCarried<T>(schema: z.ZodType<T>, text: string | undefined): T {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch (cause) {
    throw new Error('What was clicked carries nothing of ours.', { cause });
  }
}
