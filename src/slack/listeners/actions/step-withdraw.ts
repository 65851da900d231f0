import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Takes the first of two approvals back. */
export const stepWithdraw: ActionListener = {
  id: actionIds.withdraw,
  handle: (context, click) => answer(context, click, 'withdraw'),
};
