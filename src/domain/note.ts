import { z } from 'zod';
import { Person } from './actor.ts';
import { redact } from './redact.ts';

/** A message of the chat that somebody put into the timeline of an incident. */
export const Note = z.object({
  /** Who put it there. */
  by: Person,
  /** What was written, without what looks like a secret, at most 1,000 characters. */
  text: z.string(),
  /** Who wrote it, as the chat names them, and when (ISO 8601). */
  said: z.object({ by: z.string(), at: z.string() }),
  /** Names the message, so that it stands there once: `<channel>/<timestamp>`. */
  message: z.string(),
  /** Where it can be read, or null. */
  source: z.string().nullable(),
});
export type Note = z.infer<typeof Note>;

/** Characters of a note; the whole stays where it was written. */
const LONGEST = 1000;
const CUT = ' … (cut)';

/** A message as the journal keeps it for good. */
export function noteText(written: string): string {
  const text = redact(written.toWellFormed().slice(0, 20_000)).trim();
  if (text === '') return '(a message without text)';
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - CUT.length).toWellFormed()}${CUT}`;
}
