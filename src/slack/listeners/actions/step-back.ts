import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Goes back to the earlier step that the button names. */
export const stepBack: ActionListener = {
  id: actionIds.back,
  handle: (context, click) => answer(context, click, 'back'),
};
