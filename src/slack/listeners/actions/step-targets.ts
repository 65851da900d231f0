import { cardHash } from '../../../domain/card-hash.ts';
import { currentAttempt } from '../../../domain/incident.ts';
import { actionIds } from '../../blocks/action-ids.ts';
import { targetsModal } from '../../blocks/targets-modal.ts';
import type { ActionListener } from '../action-listener.ts';
import { openModal, sentenceModal } from '../modal.ts';

const TITLE = 'Change targets';

/** Opens the choice of targets for the plan on the card. */
export const stepTargets: ActionListener = {
  id: actionIds.targets,
  handle: async (context, { value, triggerId }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, TITLE, async () => {
      const view = await context.desk.view(value.i);
      const attempt = view === null ? undefined : currentAttempt(view.incident);
      if (attempt?.plan == null || cardHash(attempt) !== value.h) {
        return sentenceModal(TITLE, 'The card has changed since. Look at it as it is now, then choose.');
      }
      return targetsModal(attempt.plan, attempt.chosen, value);
    }),
};
