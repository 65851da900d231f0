import { actionIds } from '../../blocks/action-ids.ts';
import { addRespondersModal } from '../../blocks/charge-modals.ts';
import type { ActionListener } from '../action-listener.ts';
import { openModal } from '../modal.ts';

/** Opens the modal in which people are asked to help. */
export const respondersAdd: ActionListener = {
  id: actionIds.respondersAdd,
  handle: async (context, { triggerId, value }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, 'Add responders', async () => addRespondersModal(value.i)),
};
