import { awaited, incidentState } from '../../words/incident-state.ts';
import type { ListenerContext } from './context.ts';
import { permalink } from './permalink.ts';

const MOST_LISTED = 15;

/** The open incidents, each with its state, what it waits for, and where it is. */
export async function statusText(context: ListenerContext): Promise<string> {
  const open = await context.desk.listOpen();
  if (open.length === 0) return 'No incident is open.';
  const lines = await Promise.all(
    open.slice(0, MOST_LISTED).map(async (incident) => {
      const { sign, word } = incidentState(incident);
      const waits = awaited(incident);
      const wait = waits === null ? '' : `, waiting for ${waits.text}`;
      const link = await permalink(context, incident.id);
      return `${sign} ${incident.id} · ${incident.database} · ${incident.title}: ${word}${wait}${link === null ? '' : ` · ${link}`}`;
    }),
  );
  const more = open.length - lines.length;
  return [...lines, ...(more > 0 ? [`… ${more} more`] : [])].join('\n');
}
