import { actionIds } from '../../blocks/action-ids.ts';
import { explainModal } from '../../blocks/explain-modal.ts';
import type { ActionListener } from '../action-listener.ts';
import { attemptOf } from '../attempt-of.ts';
import { openModal, sentenceModal } from '../modal.ts';

const TITLE = 'Explain';

/** Shows the evidence behind cause, culprit and, from the card of a step, its targets. */
export const incidentExplain: ActionListener = {
  id: actionIds.explain,
  handle: async (context, { value, triggerId }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, TITLE, async () => {
      const view = await context.desk.view(value.i);
      return view === null
        ? sentenceModal(TITLE, 'This incident is not in the journal any more.')
        : explainModal(view.incident, attemptOf(view.incident, value));
    }),
};
