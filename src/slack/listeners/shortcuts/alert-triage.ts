import { shortcutIds } from '../../manifest.ts';
import { openModal } from '../modal.ts';
import { noteOf, readShortcut } from '../shortcut.ts';
import type { ShortcutListener } from '../shortcut-listener.ts';
import { startTriage } from '../start-triage.ts';
import { tell } from '../tell.ts';

/** "Triage this alert": a message that some other program or person posted becomes an incident. */
export const alertTriage: ShortcutListener = {
  id: shortcutIds.alert,
  async handle(context, body, acknowledge) {
    const { triggerId, whereabouts, message } = readShortcut(body);
    const sentence = await openModal(context, { triggerId, acknowledge }, 'Start triage', async () =>
      startTriage(context, message === null ? null : await noteOf(context, message)),
    );
    if (sentence !== null) await tell(context, whereabouts, sentence);
  },
};
