import { actionIds } from '../../blocks/action-ids.ts';
import { switchListener } from '../switch-policy.ts';

/** Stops a policy: it ends nothing until somebody starts it again. */
export const watchdogStop = switchListener(
  actionIds.watchdogStop,
  'stopped',
  'is stopped. It ends nothing until somebody starts it again: /db-triage watchdog.',
);
