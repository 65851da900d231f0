import type { Person } from '../../domain/actor.ts';
import type { Note } from '../../domain/note.ts';
import type { ListenerContext } from './context.ts';

/** Puts a message into the timeline of an incident, and says what came of it; null for the same click again. */
export async function addNote(
  { desk }: Pick<ListenerContext, 'desk'>,
  incidentId: string,
  { by, note, click }: { by: Person; note: Omit<Note, 'by'>; click: string | undefined },
): Promise<string | null> {
  const reply = await desk.note(incidentId, by, note, click);
  if (reply.status === 'accepted') {
    return `Added to the timeline of ${incidentId}. It stands there and in the post-mortem, at the time at which it was written.`;
  }
  return reply.reason === 'repeated' ? null : `${incidentId}: ${reply.message}`;
}
