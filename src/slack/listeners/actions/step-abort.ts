import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';
import { answer } from '../answer.ts';

/** Ends the run; the incident stays open. */
export const stepAbort: ActionListener = {
  id: actionIds.abort,
  handle: (context, click) => answer(context, click, 'abort'),
};
