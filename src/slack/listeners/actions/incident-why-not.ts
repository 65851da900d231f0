import { actionIds } from '../../blocks/action-ids.ts';
import { whyNotModal } from '../../blocks/why-not-modal.ts';
import type { ActionListener } from '../action-listener.ts';
import { openModal, sentenceModal } from '../modal.ts';

const TITLE = 'Why not …';

/** Answers for the actions that will not help, and for the steps that are not taken. */
export const incidentWhyNot: ActionListener = {
  id: actionIds.whyNot,
  handle: async (context, { value, triggerId }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, TITLE, async () => {
      const view = await context.desk.view(value.i);
      return view === null
        ? sentenceModal(TITLE, 'This incident is not in the journal any more.')
        : whyNotModal(view.incident);
    }),
};
