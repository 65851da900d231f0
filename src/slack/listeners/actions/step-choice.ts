import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';

/** Answering a question changes nothing by itself: Slack sends the answer along with the click on Run. */
export const stepChoice: ActionListener = { id: actionIds.choice, handle: null };
