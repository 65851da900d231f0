import { actionIds } from '../../blocks/action-ids.ts';
import { addFollowUpModal } from '../../blocks/follow-up-modals.ts';
import type { ButtonListener } from '../button-listener.ts';
import { openModal } from '../modal.ts';
import { readPress } from '../press.ts';
import { tell } from '../tell.ts';

/** Opens the window in which a follow-up is added by hand. */
export const followUpAdd: ButtonListener = {
  id: actionIds.followUpAdd,
  async handle(context, body, acknowledge) {
    const { triggerId, whereabouts } = readPress(body);
    const { databases, followUps } = context.desk;
    const sentence = await openModal(context, { triggerId, acknowledge }, 'Add a follow-up', async () =>
      addFollowUpModal(databases, followUps.audits),
    );
    if (sentence !== null) await tell(context, whereabouts, sentence);
  },
};
