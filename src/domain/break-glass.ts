import { z } from 'zod';

/** Somebody outside the lists forced a decision, with a reason that they typed. */
export const BreakGlass = z.object({ reason: z.string().min(1) });
export type BreakGlass = z.infer<typeof BreakGlass>;

/** Characters that a reason has at least and at most: one word explains nothing to whoever reads it tomorrow. */
export const REASON_LENGTH = { least: 10, most: 500 } as const;
