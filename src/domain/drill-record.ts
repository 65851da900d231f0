import { z } from 'zod';
import { Actor } from './actor.ts';

/** What a rehearsal came to, as it is kept where the bot that it was for can tell it. */
export const DrillRecord = z.object({
  /** Name of the scenario, or `all` for the whole set. */
  scenario: z.string(),
  ok: z.boolean(),
  /** What was not as it should be, in words; the first few. */
  problems: z.array(z.string()).max(10),
  /** Seconds from the alert until the database was well again, or null when that was not measured. */
  recoverySeconds: z.number().nullable(),
  /** Version of Firebreak that was rehearsed. */
  version: z.string(),
  by: Actor,
});
export type DrillRecord = z.infer<typeof DrillRecord>;
