import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Goes on to the next step although this one failed or proved nothing. */
export const stepContinue: ActionListener = {
  id: actionIds.continue,
  handle: (context, click) => answer(context, click, 'continue'),
};
