import { z } from 'zod';

/** What a button carries: names only, never facts to trust. Kept short: Slack allows 2,000 characters. */
export const ClickValue = z.object({
  /** Incident. */
  i: z.string(),
  /** Step; empty on the parent message. */
  s: z.string(),
  /** Attempt. */
  a: z.int(),
  /** Hash of the plan on the screen, or null. */
  h: z.string().nullable(),
  /** Step to go back to, or null. */
  t: z.string().nullable(),
  /** What was refused and may be forced; on the button that breaks the glass. */
  x: z.enum(['run', 'withdraw', 'skip', 'retry', 'continue', 'back', 'abort']).optional(),
  /** Who is in charge on the screen, or null; on the buttons about charge. */
  w: z.string().nullable().optional(),
  /** Positions of the targets that the plan on the screen proposed, for a selection that nobody touched. */
  p: z.array(z.int()).optional(),
  /** Positions of the proposed options, one for each choice. */
  c: z.array(z.int()).optional(),
});
export type ClickValue = z.infer<typeof ClickValue>;

export function encodeClick(value: ClickValue): string {
  return JSON.stringify(value);
}

/** Null when it is not one of ours. */
export function decodeClick(text: string | undefined): ClickValue | null {
  if (text === undefined) return null;
  try {
    return ClickValue.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
