import { actionIds } from '../../blocks/action-ids.ts';
import { handOverModal } from '../../blocks/charge-modals.ts';
import type { ActionListener } from '../action-listener.ts';
import { openModal, sentenceModal } from '../modal.ts';

const TITLE = 'Hand over';

/** Opens the modal in which whoever is in charge names somebody else. */
export const chargeHandOver: ActionListener = {
  id: actionIds.chargeHandOver,
  handle: async (context, { triggerId, value, by }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, TITLE, async () => {
      const lead = (await context.desk.view(value.i))?.incident.lead ?? null;
      if (lead !== null && lead.who.id !== by.id) {
        return sentenceModal(TITLE, `${lead.who.name} is in charge. Take over before you hand over.`);
      }
      return handOverModal(value.i);
    }),
};
