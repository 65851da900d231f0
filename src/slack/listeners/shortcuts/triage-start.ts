import { shortcutIds } from '../../manifest.ts';
import { openModal } from '../modal.ts';
import { readShortcut } from '../shortcut.ts';
import type { ShortcutListener } from '../shortcut-listener.ts';
import { startTriage } from '../start-triage.ts';
import { tell } from '../tell.ts';

/** "Start database triage": from anywhere in Slack. */
export const triageStart: ShortcutListener = {
  id: shortcutIds.triage,
  async handle(context, body, acknowledge) {
    const { triggerId, whereabouts } = readShortcut(body);
    const sentence = await openModal(context, { triggerId, acknowledge }, 'Start triage', async () =>
      startTriage(context, null),
    );
    if (sentence !== null) await tell(context, whereabouts, sentence);
  },
};
