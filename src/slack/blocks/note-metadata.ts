import { z } from 'zod';
import { Note, noteText } from '../../domain/note.ts';

/** What a modal carries of the message that it was opened on: its words as the journal would keep them, nothing more. */
export const CarriedNote = z.object({ note: Note.omit({ by: true }).nullable() });
export type CarriedNote = z.infer<typeof CarriedNote>;

/** Slack takes 3,000 characters. */
const LONGEST = 2900;

/** Cut so that it fits whatever its characters become in JSON. */
export function carried(note: Omit<Note, 'by'> | null): CarriedNote {
  if (note === null) return { note };
  let text = noteText(note.text);
  while (text.length > 0 && JSON.stringify({ note: { ...note, text } }).length > LONGEST) {
    text = text.slice(0, Math.floor(text.length / 2)).toWellFormed();
  }
  return { note: { ...note, text } };
}
