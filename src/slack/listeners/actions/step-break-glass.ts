import { cardHash } from '../../../domain/card-hash.ts';
import { currentAttempt } from '../../../domain/incident.ts';
import { actionIds } from '../../blocks/action-ids.ts';
import { breakGlassModal } from '../../blocks/break-glass.ts';
import type { ActionListener } from '../action-listener.ts';
import { selectionFor } from '../answer.ts';
import { openModal, sentenceModal } from '../modal.ts';

const TITLE = 'Break the glass';

/** Opens the modal that asks for the reason, on the plan as it was on the screen. */
export const stepBreakGlass: ActionListener = {
  id: actionIds.breakGlass,
  handle: async (context, { triggerId, value }, acknowledge) =>
    openModal(context, { triggerId, acknowledge }, TITLE, async () => {
      const view = await context.desk.view(value.i);
      const attempt = view === null ? undefined : currentAttempt(view.incident);
      const isShown =
        attempt?.step.id === value.s && attempt.attempt === value.a && value.h === cardHash(attempt);
      if (attempt === undefined || !isShown) {
        return sentenceModal(
          TITLE,
          'The card has changed since you clicked. Nothing was done: look at it first.',
        );
      }
      const picked = await selectionFor(context, value, () => []);
      return breakGlassModal(value, attempt, picked?.selection ?? null);
    }),
};
