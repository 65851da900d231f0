import { actionIds } from '../../blocks/action-ids.ts';
import { switchListener } from '../switch-policy.ts';

/** Starts a policy again. */
export const watchdogStart = switchListener(actionIds.watchdogStart, 'running', 'runs again.');
