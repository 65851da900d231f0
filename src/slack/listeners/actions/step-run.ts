import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Approves the plan on the card, for the targets and answers picked on it. */
export const stepRun: ActionListener = {
  id: actionIds.run,
  handle: (context, click) => answer(context, click, 'run'),
};
