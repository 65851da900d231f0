import { currentRun } from '../../../domain/incident.ts';
import { actionIds } from '../../blocks/action-ids.ts';
import { statementModal } from '../../blocks/statement-modal.ts';
import { filedIn } from '../../documents/details.ts';
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
      const attempt = view === null ? undefined : attemptOf(view.incident, value);
      const run = view === null ? undefined : currentRun(view.incident);
      if (run === undefined || attempt?.plan == null) {
        return sentenceModal(TITLE, 'There is no plan for this card any more. Look at the newest card.');
      }
      const filed = filedIn(await context.messages.list(value.i))(run, attempt);
      return statementModal(attempt.plan, filed.plan);
    }),
};
