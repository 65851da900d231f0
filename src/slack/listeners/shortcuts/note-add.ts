import { noteModal } from '../../blocks/note-modal.ts';
import { shortcutIds } from '../../manifest.ts';
import { addNote } from '../add-note.ts';
import type { ListenerContext } from '../context.ts';
import { openModal, sentenceModal } from '../modal.ts';
import { type Chosen, noteOf, readShortcut } from '../shortcut.ts';
import type { ShortcutListener } from '../shortcut-listener.ts';
import { tell } from '../tell.ts';

const TITLE = 'Add to timeline';
const MOST_RECENT = 30;

/** "Add to timeline": at once in the thread of an incident; elsewhere a modal asks to which incident it belongs. */
export const noteAdd: ShortcutListener = {
  id: shortcutIds.note,
  async handle(context, body, acknowledge) {
    const chosen = readShortcut(body);
    const sentence = await add(context, chosen, acknowledge);
    await acknowledge();
    if (sentence !== null) await tell(context, chosen.whereabouts, sentence);
  },
};

async function add(context: ListenerContext, chosen: Chosen, acknowledge: () => Promise<void>) {
  const { message, id: click, triggerId } = chosen;
  if (message === null) throw new Error('The shortcut came without its message.');
  const identified = await context.people.identify(chosen.by);
  if (identified.status === 'stranger') return identified.message;
  const thread = message.thread_ts ?? message.ts;
  const incidentId = await context.messages.incidentAt(message.channel, thread);
  if (incidentId !== null) {
    const note = await noteOf(context, message);
    return await addNote(context, incidentId, { by: identified.person, note, click });
  }
  return await openModal(context, { triggerId, acknowledge }, TITLE, async () => {
    const recent = await context.desk.listRecent(MOST_RECENT, null);
    const present = recent.flatMap(({ id, database, title, incident }) =>
      incident === null
        ? []
        : [{ id, isOpen: incident.status === 'open', label: `${id} · ${database} · ${title}` }],
    );
    if (present.length === 0)
      return sentenceModal(
        TITLE,
        'There is no incident yet to which it could belong. "Triage this alert" opens one.',
      );
    const open = present.filter(({ isOpen }) => isOpen);
    const closed = present.filter(({ isOpen }) => !isOpen);
    return noteModal(await noteOf(context, message), [
      ...open,
      ...closed.map((one) => ({ ...one, label: `${one.label} (closed)` })),
    ]);
  });
}
