import { actionIds } from '../../blocks/action-ids.ts';
import { statementModal } from '../../blocks/statement-modal.ts';
import type { ActionListener } from '../action-listener.ts';
import { attemptOf } from '../attempt-of.ts';
import { openModal, sentenceModal } from '../modal.ts';

const TITLE = 'Exactly what is sent';

/** Shows the exact statements, patches and requests of the plan on the card. */
export const stepStatement: ActionListener = {
  id: actionIds.statement,
  handle: async (context, { value, triggerId }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, TITLE, async () => {
      const view = await context.desk.view(value.i);
      const plan = view === null ? null : (attemptOf(view.incident, value)?.plan ?? null);
      return plan === null
        ? sentenceModal(TITLE, 'There is no plan for this card any more. Look at the newest card.')
        : statementModal(plan);
    }),
};
