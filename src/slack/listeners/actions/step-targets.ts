import { actionIds } from '../../blocks/action-ids.ts';
import type { ActionListener } from '../action-listener.ts';

/** Picking targets changes nothing by itself: Slack sends what is picked along with the click on Run. */
export const stepTargets: ActionListener = { id: actionIds.targets, handle: null };
