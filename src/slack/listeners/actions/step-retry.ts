import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Tries the step again, from a new plan. */
export const stepRetry: ActionListener = {
  id: actionIds.retry,
  handle: (context, click) => answer(context, click, 'retry'),
};
