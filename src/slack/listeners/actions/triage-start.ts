import { actionIds } from '../../blocks/action-ids.ts';
import type { ButtonListener } from '../button-listener.ts';
import { openModal } from '../modal.ts';
import { readPress } from '../press.ts';
import { startTriage } from '../start-triage.ts';
import { tell } from '../tell.ts';

/** The button of the Home tab. */
export const triageStartButton: ButtonListener = {
  id: actionIds.triageStart,
  async handle(context, body, acknowledge) {
    const { triggerId, whereabouts } = readPress(body);
    const sentence = await openModal(context, { triggerId, acknowledge }, 'Start triage', async () =>
      startTriage(context, null),
    );
    if (sentence !== null) await tell(context, whereabouts, sentence);
  },
};
