import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Passes over the step. */
export const stepSkip: ActionListener = {
  id: actionIds.skip,
  handle: (context, click) => answer(context, click, 'skip'),
};
